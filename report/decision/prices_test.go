package decision

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/internal/strict"
)

// sound is a price file with every key.
const sound = `about: ours
currency: EUR
headroom: 25%
instances:
  - name: small
    cores: 0.5
    memory: 4GiB
    descriptors: 1000
    price: 0.01 EUR/h
    included: 4TB
    source: a contract
    date: 2026-10-01
network:
  out: 1.20 EUR/TB
  beyond: [{from: 10TB, out: 1.00 EUR/TB}]
  source: a contract
  date: 2026-10-02
gateways:
  - name: push service
    base: 29 EUR/month
    connection: 0.20 EUR/million minutes
    message: 0.80 EUR/million
    metered: 16 KiB
    out: 0.08 EUR/GB
    source: https://example.com
    date: 2026-10-03
`

func TestEveryKeyOfPricesIsRead(t *testing.T) {
	got, err := ParsePrices("ours.yaml", []byte(sound))
	fixture.Must(t, err)
	amount := func(value float64, text string) Amount { return Amount{value, text} }
	price := func(money, per float64, text string) Amount { return Amount{money / per, text} }
	want := &Prices{
		Name: "ours.yaml", About: "ours", Currency: "EUR", Headroom: amount(0.25, "25%"),
		Instances: []Instance{{
			Name: "small", Cores: 0.5, Memory: amount(4<<30, "4GiB"), Descriptors: 1000, Price: amount(0.01, "0.01 EUR/h"), Included: amount(4e12, "4TB"),
			Origin: Origin{"a contract", "2026-10-01"},
		}},
		Network: Network{price(1.2, 1e12, "1.20 EUR/TB"), []Volume{{amount(10e12, "10TB"), price(1, 1e12, "1.00 EUR/TB")}}, Origin{"a contract", "2026-10-02"}},
		Gateways: []Gateway{{
			Name: "push service", Base: amount(29, "29 EUR/month"), Connection: price(0.2, 1e6, "0.20 EUR/million minutes"), Message: price(0.8, 1e6, "0.80 EUR/million"),
			Metered: amount(16<<10, "16 KiB"), Out: price(0.08, 1e9, "0.08 EUR/GB"), Origin: Origin{"https://example.com", "2026-10-03"},
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestErrorsOfPrices(t *testing.T) {
	for name, c := range map[string]struct{ old, now, want string }{
		"nothing":             {sound, "", "1:1: no price file here: a file has at least the keys about, currency, instances and network"},
		"no YAML":             {"currency: EUR", "currency: [EUR", "not YAML"},
		"a page of text":      {sound, "prices\n", "1:1: want keys and values, not \"prices\""},
		"no kinds":            {sound[strings.Index(sound, "  - name: small"):strings.Index(sound, "network:")], "  []\n", "5:3: instances: want at least one item, not an empty list"},
		"no instances":        {"instances:", "instance:", `missing key "instances"`},
		"unknown key":         {"    cores: 0.5", "    cores: 0.5\n    core: 1", `7:5: instances[0]: unknown key "core": did you mean "cores"?`},
		"no cores":            {"cores: 0.5", "cores: 0", "6:12: instances[0].cores: want a number above 0, up to 4096, not 0"},
		"no unit":             {"0.01 EUR/h", "0.01", "9:12: instances[0].price: want a price an hour such as 0.0816 USD/h, not 0.01"},
		"unknown unit":        {"0.01 EUR/h", "0.01 EUR/hour", `9:12: instances[0].price: want a price an hour such as 0.0816 USD/h, not "0.01 EUR/hour"`},
		"no currency":         {"0.01 EUR/h", "0.01/h", "9:12: instances[0].price: want a price an hour such as 0.0816 USD/h"},
		"another currency":    {"0.08 EUR/GB", "0.08 USD/GB", `24:10: gateways[0].out: want a price in EUR, the currency of the file, not "0.08 USD/GB"`},
		"negative":            {"0.01 EUR/h", "-0.01 EUR/h", "9:12: instances[0].price: want a price an hour"},
		"no memory":           {"4GiB", "0GiB", `7:13: instances[0].memory: want more than 0 bytes, not "0GiB"`},
		"bare memory":         {"4GiB", "4", "7:13: instances[0].memory: want bytes with their unit such as 8GiB, 512MiB or 4TB, not 4"},
		"decimal of nothing":  {"4GiB", ".GiB", "7:13: instances[0].memory: want bytes with their unit"},
		"traffic by the hour": {"1.20 EUR/TB", "1.20 EUR/h", "14:8: network.out: want a price of traffic such as 0.09 USD/GB"},
		"volumes that fall":   {"[{from: 10TB,", "[{from: 20TB, out: 1.10 EUR/TB}, {from: 10TB,", `15:51: network.beyond[1].from: want volumes that rise, each above the one before it and above 0, not "10TB"`},
		"another one beyond":  {"1.00 EUR/TB}]", "1.00 USD/TB}]", `15:30: network.beyond[0].out: want a price in EUR, the currency of the file, not "1.00 USD/TB"`},
		"minutes alone":       {"million minutes", "minutes", "21:17: gateways[0].connection: want a price of connections such as 0.25 USD/million minutes"},
		"one message":         {"0.80 EUR/million", "0.80 EUR", "22:14: gateways[0].message: want a price of messages such as 1.00 USD/million"},
		"no date":             {"    date: 2026-10-01\n", "", `5:5: instances[0]: missing key "date"`},
		"no day":              {"2026-10-01", "2026-02-30", `12:11: instances[0].date: want a day of the calendar, such as 2026-06-17, not "2026-02-30"`},
		"all is headroom":     {"25%", "100%", "3:11: headroom: want a share from 0% to below 100%, such as 50%"},
		"no name":             {"name: small", "name: '| |'", "5:11: instances[0].name: want a name of up to 64 letters"},
		"one name twice":      {"network:", "  - {name: small, cores: 1, memory: 1GiB, price: 1 EUR/h, source: x, date: 2026-10-01}\nnetwork:", `13:12: instances[1].name: one is called "small" already, in line 5: give each a name of its own`},
		"meters of nothing":   {"16 KiB", "0KiB", "23:14: gateways[0].metered: want more than 0 bytes"},
	} {
		source := strings.Replace(sound, c.old, c.now, 1)
		if source == sound {
			t.Fatalf("%s: nothing is replaced", name)
		}
		_, err := ParsePrices("ours.yaml", []byte(source))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "ours.yaml:") {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func TestPricesOfVendors(t *testing.T) {
	for _, name := range PricesOfVendors() {
		p, err := LoadPrices(name)
		fixture.Must(t, err)
		origins := []Origin{p.Network.Origin}
		for _, i := range p.Instances {
			origins = append(origins, i.Origin)
		}
		for _, g := range p.Gateways {
			origins = append(origins, g.Origin)
		}
		for _, o := range origins {
			if day, err := time.Parse(time.DateOnly, o.Date); err != nil || day.After(time.Now()) || !strings.HasPrefix(o.Source, "https://") {
				t.Errorf("%s: %+v, %v", name, o, err)
			}
		}
		if p.Name != name {
			t.Errorf("%s is called %s", name, p.Name)
		}
	}
}

func TestAmounts(t *testing.T) {
	for text, want := range map[string]float64{
		"0": 0, "50%": 0.5, "8GiB": 8 << 30, "8 GB": 8e9, "1.5kB": 1500, "0.0816 USD/h": 0.0816, "29 USD/month": 29, "0.09 USD/GB": 0.09 / 1e9,
		"1 EUR/TiB": 1.0 / (1 << 40), "0.25 USD/million minutes": 0.25 / 1e6, "1.00 USD/million": 1.0 / 1e6,
	} {
		if got, err := parseAmount(text); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "GiB", "1 GiBi", "1 USD/fortnight", "1.2.3%"} {
		if got, err := parseAmount(text); err == nil {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

// Editors show the description: it must say what a key means, and the default that holds.
func TestEveryKeyOfPricesIsDescribed(t *testing.T) {
	var root strict.Rule
	fixture.Must(t, json.Unmarshal(pricesSchema, &root))
	var walk func(path string, r strict.Rule)
	walk = func(path string, r strict.Rule) {
		required := fmt.Sprint(r["required"])
		for _, key := range r.Child("properties").Keys() {
			p := r.Child("properties").Child(key)
			about, _ := p["description"].(string)
			end := "Required."
			if !strings.Contains(required, key) {
				end = fmt.Sprintf("Default: %v", p["default"])
				if key == "gateways" {
					end = "Default: none."
				}
				if key == "descriptors" {
					end = "Default: 1048576."
				}
			}
			if !strings.Contains(about, end) {
				t.Errorf("%s%s: %q, want %s", path, key, about, end)
			}
			walk(path+key+".", p)
			walk(path+key+"[].", p.Child("items"))
		}
	}
	walk("", root)
}

// Any file is either read, and then every amount is a number that bills can be made of, or has errors in the order of its lines.
func FuzzParsePrices(f *testing.F) {
	f.Add(sound)
	for _, name := range PricesOfVendors() {
		source, err := PricesSource(name)
		fixture.Must(f, err)
		f.Add(string(source))
	}
	f.Add(strings.ReplaceAll(sound, "EUR", "USD "))
	f.Fuzz(func(t *testing.T, source string) {
		p, err := ParsePrices("fuzz.yaml", []byte(source))
		if err != nil {
			last := strict.Error{}
			for _, e := range err.(strict.Errors) { //nolint:errorlint // wrapped, the lines would no longer begin with the file
				if e.Line < 1 || e.Column < 1 || e.Message == "" || strings.ContainsAny(e.Message, "\r\n") || e.Line < last.Line {
					t.Errorf("%q behind %q", e, last)
				}
				last = e
			}
			return
		}
		if again, err := ParsePrices("fuzz.yaml", []byte(source)); err != nil || !reflect.DeepEqual(p, again) {
			t.Fatalf("read again: %v", err)
		}
		if len(p.Instances) == 0 || p.Headroom.Value < 0 || p.Headroom.Value >= 1 || p.Network.Out.Value < 0 {
			t.Errorf("%+v", p)
		}
		for _, i := range p.Instances {
			if i.Cores <= 0 || i.Memory.Value <= 0 || i.Descriptors < 1 || i.Price.Value < 0 || i.Included.Value < 0 {
				t.Errorf("%+v", i)
			}
		}
	})
}
