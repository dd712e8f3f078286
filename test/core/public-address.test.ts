// Which addresses a server may be sent to by a URL that someone else has written.
import { expect, test } from "vitest";
import { mayConnect } from "../../src/core/public-address.ts";

const publicOnes = ["1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "192.167.0.1", "100.63.0.1", "223.255.255.255"];
const publicSix = ["2606:4700::1111", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8", "::ffff:808:808"];
const privateOnes = [
  ...["127.0.0.1", "127.255.255.255", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"],
  ...["::1", "fc00::1", "fd12:3456::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1"],
];
const neverOnes = [
  ...["0.0.0.0", "169.254.169.254", "169.254.0.1", "224.0.0.1", "255.255.255.255"],
  ...["::", "fe80::1", "ff02::1", "fd00:ec2::254", "::ffff:169.254.169.254", "::ffff:0:0", "::127.0.0.1"],
];
const specialOnes = ["192.0.2.1", "198.18.0.1", "203.0.113.7", "2001:db8::1", "2001::1", "2002:7f00:1::", "64:ff9b::1"];
const noAddress = [
  "",
  "localhost",
  "1.2.3",
  "1.2.3.256",
  "01.2.3.4.5",
  "fe80::1%eth0",
  "1::2::3",
  ":::",
  "1:2:3",
  "g::1",
];

const publicly = { allowPrivate: false };
const privately = { allowPrivate: true };

test.each([...publicOnes, ...publicSix])("%s is public", (address) => {
  expect(mayConnect(address, publicly)).toBe(true);
  expect(mayConnect(address, privately)).toBe(true);
});

test.each(privateOnes)("%s is for a server whose operator allows private networks", (address) => {
  expect(mayConnect(address, publicly)).toBe(false);
  expect(mayConnect(address, privately)).toBe(true);
});

test.each([...neverOnes, ...noAddress])("%j is for no server", (address) => {
  expect(mayConnect(address, publicly)).toBe(false);
  expect(mayConnect(address, privately)).toBe(false);
});

test.each(specialOnes)("%s is not public", (address) => {
  expect(mayConnect(address, publicly)).toBe(false);
});
