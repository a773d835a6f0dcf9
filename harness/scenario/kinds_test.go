package scenario

import "errors"

// testRamp stands for the kinds of phases, whose table is in a package that imports this one; language_test.go reads with that table.
type testRamp struct {
	To int `json:"to" jsonschema:"required,minimum=1"`
}

func (r *testRamp) Demand() Demand { return Demand{Connections: r.To} }

func (*testRamp) Validate(*Check) {}

// oneRamp is a list of phases.
const oneRamp = "phases: [{ramp: {to: 1}}]\n"

func catalog() Catalog {
	return Catalog{
		Phases:   []Kind[Work]{{Name: "ramp", New: func() Work { return new(testRamp) }}},
		Lanes:    []string{"ws-gorilla", "sse-gin", "tcp"},
		Options:  []string{"control", "ballast", "delay", "burn", "lossy", "tls"},
		Controls: []string{"control"},
		Check: func(lane string) error {
			if lane == "tcp+tls" {
				return errors.New("tcp cannot have +tls: it has been told not to")
			}
			return nil
		},
		Metrics: []string{"reach", "lost", "cpu_per_message"},
	}
}
