/**
 * AsyncGate for Java: {@link dev.asyncgate.client.Client} creates tasks and follows them, {@link
 * dev.asyncgate.client.Worker} does them.
 */
package dev.asyncgate.client;
