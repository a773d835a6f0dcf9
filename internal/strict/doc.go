// Package strict reads the YAML files that people write, such as scenarios and lanes. It exists so that a typing error ends a command
// before it does anything, and so that all files are read alike: all errors of a file at once, each with its position and a hint.
//
//	source -> Reader.Document -> Node -> Reader.SchemaErrors -> Rule.Fill -> a value of Go
//
// Which keys a file has, and of what type and range, is a JSON Schema. What a schema cannot say the package checks that knows it,
// and reports it with the position of the node. Nothing is filled in while anything is wrong.
package strict
