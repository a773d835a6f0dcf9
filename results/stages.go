package results

import "math"

// Where the time of a delivery goes: stages of the mean one, which add up exactly because means do. All are taken from the
// traced phase, in which the kernel noted when the server entered the call that sent.
//
//	due ---- publish ---- entry of the send ---- arrival at the client's kernel ---- read by the load
//	   inPublisher    inServer             inKernel                          inClient
//	|<------------------- meanDelivery ------------------->|

// meanDelivery is from the time a message was due to its arrival, and there is none where the load's kernel did not stamp that:
// a goroutine stamps when it has read, which may be much later.
func meanDelivery(r Rows, _ string) (float64, Warning, error) {
	v, warning, err := r.mean("delivery_latency")
	if err != nil || math.IsNaN(v) {
		return v, warning, err
	}
	if stamped, _, err := r.mean(generatorDelay); err != nil || math.IsNaN(stamped) {
		return math.NaN(), Because(NoFigure, "the load's kernel stamped no arrival in phase "+PhaseTraced+", since goroutines read it: no stages"), err
	}
	return v, warning, nil
}

// generatorDelay is recorded with each arrival that the kernel has stamped.
const generatorDelay = "generator_delay"

// inPublisher is how late the publisher was.
func inPublisher(r Rows, _ string) (float64, Warning, error) { return r.mean("publish_lateness") }

// inServer is waking the connection's delivery up, waiting for a CPU and for the connections before it, and making bytes.
func inServer(r Rows, _ string) (float64, Warning, error) {
	return sumOf(traced("send_delay"), negative(inPublisher))(r, PhaseTraced)
}

// inKernel is the send as far as the arrival, which on loopback happens within it.
func inKernel(r Rows, _ string) (float64, Warning, error) {
	return sumOf(meanDelivery, negative(traced("send_delay")))(r, PhaseTraced)
}

// inClient is the load's own delay. It is counted once a read, which may bring several messages, and part of no latency.
func inClient(r Rows, _ string) (float64, Warning, error) { return r.mean(generatorDelay) }

// traced is a time of the kernel's account.
func traced(metric string) derivation {
	return func(r Rows, _ string) (float64, Warning, error) {
		v, warning := r.sum(PhaseTraced, "trace", metric)
		return v, warning, nil
	}
}

// perTraced divides what the kernel counted by the messages received meanwhile.
func perTraced(metric string) derivation {
	return func(r Rows, _ string) (float64, Warning, error) {
		return quotient("trace", metric, "received")(r, PhaseTraced)
	}
}

// mean is that of all histograms of a metric in the traced phase, in seconds. There is none where the messages that were
// sent are not those that were received: the stages would be about different ones.
func (r Rows) mean(metric string) (float64, Warning, error) {
	sent, warning := r.sum(PhaseTraced, "trace", "messages")
	received, why := r.sum(PhaseTraced, "agent", "received")
	switch {
	case math.IsNaN(sent):
		return sent, warning, nil
	case math.IsNaN(received):
		return received, why, nil
	case sent != received:
		return without("not all messages sent in phase " + PhaseTraced + " were received in time, or others were: no stages")
	}
	h, err := r.merged(PhaseTraced, metric)
	if err != nil {
		return 0, Warning{}, err
	}
	if h.TotalCount() == 0 {
		return math.NaN(), missing(PhaseTraced, "", metric), nil
	}
	return h.Mean() / 1e9, Warning{}, nil
}
