package wire

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTargetForAClient(t *testing.T) {
	target := Target{
		Path: "/" + ClientMark("room") + "/events?token=" + ClientMark("token") + "&n=" + ClientMark(""), Host: "h",
		Header: "Authorization: Bearer " + ClientMark("token") + "\r\n", Body: `{"n":` + ClientMark("") + `}`,
		Clients: &Clients{Columns: []string{"room", "token"}, Rows: [][]string{{"a/b", "x+y z"}, {"c", "t"}}},
	}
	for number, want := range map[uint32]Target{
		0: {Path: "/a%2Fb/events?token=x%2By+z&n=0", Header: "Authorization: Bearer x+y z\r\n", Body: `{"n":0}`},
		3: {Path: "/c/events?token=t&n=3", Header: "Authorization: Bearer t\r\n", Body: `{"n":3}`},
	} {
		want.Host, want.Clients = target.Host, target.Clients
		if diff := cmp.Diff(want, target.For(number)); diff != "" {
			t.Errorf("client %d: %s", number, diff)
		}
	}
	same := Target{Path: "/events"}
	if diff := cmp.Diff(same, same.For(7)); diff != "" {
		t.Error(diff)
	}
}
