// Package asyncgate creates durable tasks and works on them.
//
// A [Client] creates tasks, follows them and reads what they have printed. A [Worker] has a [Handler] for each type of
// task. The messages of the contract are in the package github.com/asyncgate/asyncgate/gen/go/asyncgate/v1, imported
// as v1 here: answers are these messages, unchanged. Conditions that tasks wait for are made by the package wait.
//
// Payloads, results, checkpoints and details are JSON by encoding/json. A []byte travels as bytes, and a *v1.Payload
// as it is; [Reference] makes one for content that is stored elsewhere.
//
// A refused call is an [*Error]. Decide by its reason: ReasonOf(err).
package asyncgate

// Version is the version of this module, and of the whole project.
const Version = "0.1.0"
