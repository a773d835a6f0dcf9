// Package stats turns the values of several trials into a figure with an interval, and two figures into a verdict.
//
// Everything is non-parametric: a value is one fresh server process, six to twenty of them are all there is, and what
// machines produce is skewed and heavy-tailed, so no bell curve is assumed anywhere. Functions are pure, keep their
// arguments as they are, drop no value, and report when the data cannot carry an answer.
package stats
