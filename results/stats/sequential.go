package stats

// Enough reports whether a run that adds block after block may stop: when at two looks in succession, one a block, every
// interval was narrow enough. One look will do where it is the first and its number of blocks was planned beforehand.
//
// The rule knows widths and no verdict. A run that ended as soon as a difference was significant would be given a new
// chance to call one that is none at every look: after 40 blocks, 15 % of the runs with equal lanes have had such a look,
// after 130 blocks 24 %. At a width, an interval keeps its confidence in the limit of many blocks: Chow and Robbins, On the
// asymptotic theory of fixed-width sequential confidence intervals for the mean (Annals of Mathematical Statistics 36,
// 1965); for the interval of the sign test Geertsema, Sequential confidence intervals based on rank tests (the same, 41,
// 1970).
//
// With few blocks it nearly keeps it: a run also ends because it looks narrower than it is. Where a single look decides,
// up to 8 % of the verdicts on equal lanes are wrong at a promised 5; where two do, 3 to 6 %, for a sixth more blocks
// (TestStoppingAtAWidth).
func Enough(narrow int, planned bool) bool {
	return narrow >= 2 || planned && narrow == 1
}
