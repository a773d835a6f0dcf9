// Package scenario turns an experiment, written as a YAML file, into the list of trials to run.
//
// It is the first stage of the pipeline: file -> Scenario -> Plan -> trials -> results -> plots. It exists so that
// everything after it can trust its input: a typing mistake must end a run before its first trial, not in its tenth hour.
// Parse therefore reads strictly and reports all mistakes of a file at once, each with its position and a hint.
//
// The rules of form (keys, types, ranges, defaults) stand once, in schema.json, which validates files here and helps
// editors there. What a schema cannot say stands in meaning.go. To add a key: add it to schema.json and to Scenario.
// Lanes that are no part of pushbench are files too, read the same way: their rules stand in lane.json and lanemeaning.go, and
// those that are in the binary in the folder lanes.
package scenario
