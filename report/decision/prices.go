package decision

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/internal/strict"
)

//go:embed prices.json
var pricesSchema []byte

//go:embed prices/*.yaml
var pricesOfVendors embed.FS

// Prices are what a price file says. Every field is within the bounds of prices.json, which has the meaning of each.
type Prices struct {
	About     string     `json:"about"`
	Currency  string     `json:"currency"`
	Headroom  Amount     `json:"headroom"`
	Instances []Instance `json:"instances"` // at least one
	Network   Network    `json:"network"`
	Gateways  []Gateway  `json:"gateways"`

	Name string `json:"-"` // of the file, or of the one in the binary
}

// Instance is a kind of machine to rent.
type Instance struct {
	Name        string  `json:"name"`
	Cores       float64 `json:"cores"`
	Memory      Amount  `json:"memory"`
	Descriptors float64 `json:"descriptors"`
	Price       Amount  `json:"price"`    // an hour
	Included    Amount  `json:"included"` // bytes out a month
	Origin
}

// Network is what the traffic of instances costs.
type Network struct {
	Out    Amount   `json:"out"`    // a byte
	Beyond []Volume `json:"beyond"` // by rising volumes
	Origin
}

// Volume is from where on a byte costs less.
type Volume struct {
	From Amount `json:"from"` // bytes a month
	Out  Amount `json:"out"`  // a byte
}

// cost is what bytes out of a month cost.
func (n Network) cost(bytes float64) (sum float64) {
	price, from := n.Out.Value, 0.0
	for _, v := range n.Beyond {
		sum += math.Max(0, math.Min(bytes, v.From.Value)-from) * price
		price, from = v.Out.Value, v.From.Value
	}
	return sum + math.Max(0, bytes-from)*price // NaN stays NaN
}

// Gateway is a service that holds connections and delivers messages in place of servers of one's own.
type Gateway struct {
	Name       string `json:"name"`
	Base       Amount `json:"base"`       // a month
	Connection Amount `json:"connection"` // a minute
	Message    Amount `json:"message"`
	Metered    Amount `json:"metered"` // bytes that count as one message; 0: any number
	Out        Amount `json:"out"`     // a byte
	Origin
}

// Origin is who says what something costs, and when.
type Origin struct {
	Source string `json:"source"`
	Date   string `json:"date"` // such as 2026-06-17
}

// PricesSchema is the JSON Schema of a price file, for editors and for ParsePrices.
func PricesSchema() []byte { return slices.Clone(pricesSchema) }

// PricesOfVendors lists the price files that are part of the binary.
func PricesOfVendors() []string { return strict.Names(pricesOfVendors, "prices") }

// PricesSource is one of them, verbatim.
func PricesSource(name string) ([]byte, error) {
	source, err := pricesOfVendors.ReadFile("prices/" + name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("prices: %w", err)
	}
	return source, nil
}

// LoadPrices reads those of a vendor by its name, or a file by its path.
func LoadPrices(nameOrPath string) (*Prices, error) {
	known := strings.Join(PricesOfVendors(), ", ")
	if slices.Contains(PricesOfVendors(), nameOrPath) {
		source, err := PricesSource(nameOrPath)
		if err != nil {
			return nil, err
		}
		p, err := ParsePrices(nameOrPath+".yaml", source)
		if err == nil {
			p.Name = nameOrPath
		}
		return p, err
	}
	source, err := strict.ReadFile(nameOrPath)
	switch {
	case err == nil:
		return ParsePrices(nameOrPath, source)
	case errors.Is(err, fs.ErrNotExist) && !strict.IsFile(nameOrPath):
		return nil, fmt.Errorf("no prices %q: those of vendors are %s; a file of your own ends in .yaml", nameOrPath, known)
	default:
		return nil, fmt.Errorf("prices: %w: those of vendors are %s", err, known)
	}
}

// ParsePrices reads a price file. Whatever is wrong with it comes as strict.Errors; any other error is a defect of the schema.
func ParsePrices(name string, source []byte) (*Prices, error) {
	rules, err := strict.Compile(pricesSchema)
	if err != nil {
		return nil, err
	}
	r := &strict.Reader{File: name, Kind: "price file", Keys: "about, currency, instances and network"}
	p := &Prices{Name: name}
	if root := r.Document(source); root != nil {
		r.SchemaErrors(root, rules)
		validatePrices(r, root)
		if len(r.Errors) == 0 {
			err = rules.Root.Fill(p, root.Value)
		}
	}
	if wrong := r.Err(); wrong != nil {
		return nil, wrong
	}
	if err != nil {
		return nil, fmt.Errorf("prices %s: %w", name, err)
	}
	p.plain()
	return p, nil
}

// plain cleans what is shown of the file and may be any text.
func (p *Prices) plain() {
	p.Name, p.About = plain.Line(p.Name), plain.Line(p.About)
	p.Network.Source = plain.Line(p.Network.Source)
	for i := range p.Instances {
		p.Instances[i].Source = plain.Line(p.Instances[i].Source)
	}
	for i := range p.Gateways {
		p.Gateways[i].Source = plain.Line(p.Gateways[i].Source)
	}
}

// validatePrices reports what the schema cannot say. It runs on files that break the schema too, and looks only at values that do not.
func validatePrices(r *strict.Reader, root *strict.Node) {
	currency := root.Child("currency")
	network := root.Child("network")
	validateAmounts(r, "network", network, currency)
	last := 0.0
	for i, volume := range network.Child("beyond").Items {
		path := fmt.Sprintf("network.beyond[%d]", i)
		validateAmounts(r, path, volume, currency)
		from := volume.Child("from")
		if v, err := parseAmount(from.Text); err == nil && !from.Broken {
			if v <= last {
				r.Report(from.Position, "%s.from: want volumes that rise, each above the one before it and above 0, not %s", path, from.Describe())
			}
			last = v
		}
	}
	for _, list := range []string{"instances", "gateways"} {
		first := map[string]strict.Position{}
		for i, item := range root.Child(list).Items {
			path := fmt.Sprintf("%s[%d]", list, i)
			validateAmounts(r, path, item, currency)
			name := item.Child("name")
			if name.Broken {
				continue
			}
			if at, twice := first[name.Text]; twice {
				r.Report(name.Position, "%s.name: one is called %q already, in line %d: give each a name of its own", path, name.Text, at.Line)
				continue
			}
			first[name.Text] = name.Position
		}
	}
}

// validateAmounts looks at the values of one entry: prices are in the currency of the file, sizes are above 0, and days those of a calendar.
func validateAmounts(r *strict.Reader, path string, entry, currency *strict.Node) {
	for _, f := range entry.Fields {
		if _, text := f.Value.Value.(string); !text || f.Value.Broken {
			continue
		}
		wanted := ""
		switch f.Key {
		case "price", "out", "base", "connection", "message":
			if word, _ := currencyOf(f.Value.Text); !currency.Broken && word != currency.Text {
				wanted = "a price in " + currency.Text + ", the currency of the file"
			}
		case "memory", "metered":
			if v, err := parseAmount(f.Value.Text); err != nil || v <= 0 {
				wanted = "more than 0 bytes"
			}
		case "date":
			if _, err := time.Parse(time.DateOnly, f.Value.Text); err != nil {
				wanted = "a day of the calendar, such as 2026-06-17"
			}
		}
		if wanted != "" {
			r.Report(f.Value.Position, "%s.%s: want %s, not %s", path, f.Key, wanted, f.Value.Describe())
		}
	}
}
