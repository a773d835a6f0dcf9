// Package scenario turns an experiment, written as a YAML file, into the list of trials to run.
//
// It is the first stage of the pipeline: file -> Scenario -> Plan -> trials -> results -> plots. It exists so that
// everything after it can trust its input: a typing error must end a run before its first trial, not in its tenth hour.
// Parse therefore reports all errors of a file at once, as internal/strict has it read.
//
// The rules of keys, types, ranges and defaults stand once, in the tags of Scenario and of the kinds of phases and events, whose tables
// come in with the Catalog. The schema that is made of them validates files here and helps editors elsewhere. What a schema cannot say
// stands in validate.go and in Validate of each kind. To add a key: add a field.
// Lanes that are no part of pushbench are files too, read the same way: their rules stand in lane.json and lanevalidate.go, and
// those that are in the binary in the folder lanes.
package scenario
