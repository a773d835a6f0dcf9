package doctor

import "fmt"

// doings are what a proxy does where a check fails through it alone.
func doings() map[string]string {
	return map[string]string{
		"answer": "the proxy holds the answer back, or refuses", "upgrade": "the proxy does not pass the upgrade on", "buffering": "the proxy buffers",
		"compression": "the proxy compresses", "cache": "the proxy caches", "end": "the proxy cuts", "content type": "the proxy changes the type",
		"ping": "the proxy keeps pings", "frames": "the proxy changes frames", "close": "the proxy keeps the close frame", "cors": "the proxy changes the headers",
	}
}

// compare says of each check that is no success through the proxies what it came to at the origin.
func compare(front, origin []Finding, failed error) (all []Finding) {
	if failed != nil {
		return []Finding{{Check: "origin", Level: Unknown, Seen: failed.Error(), Fix: "give an address that this machine reaches, with the same path"}}
	}
	seen := map[string]bool{}
	for _, f := range front {
		if seen[f.Check] {
			continue
		}
		seen[f.Check] = true
		f, _ := worst(front, f.Check)
		o, found := worst(origin, f.Check)
		if !found {
			continue
		}
		if one, differs := differs(f, o); differs {
			one.Check = f.Check
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		all = []Finding{{Check: "origin", Level: OK, Seen: "both sides came to the same"}}
	}
	return all
}

// differs compares the worst findings of one check; false: there is nothing to tell.
func differs(front, origin Finding) (Finding, bool) {
	say := func(level Level, verdict string, as Finding) (Finding, bool) {
		seen := fmt.Sprintf("%s; direct: %s; through the proxy: %s", verdict, origin.Seen, front.Seen)
		return Finding{Level: level, Seen: seen, Fix: as.Fix, Source: as.Source}, true
	}
	does := doings()[front.Check]
	if does == "" {
		does = "it is the proxy"
	}
	switch {
	case origin.Level == OK && front.Level == Hint && front.Check == "buffering": // what was in doubt is none any more
		return say(Fault, does, front)
	case origin.Level == OK && (front.Level == Fault || front.Level == Hint):
		return say(front.Level, does, front)
	case origin.Level == Fault && front.Level == Fault:
		return say(Fault, "it is the origin already", origin)
	case origin.Level == Fault && front.Level == OK:
		return say(Hint, "the proxy makes up for it", origin)
	case front.Check == "compression" && origin.Level == OK && front.Level == OK && origin.Seen != front.Seen:
		return say(OK, does, Finding{})
	default:
		return Finding{}, false
	}
}
