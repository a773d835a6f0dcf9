package cli

import (
	"fmt"
	"io"

	"github.com/pushbench/pushbench/report/decision"
)

// listedPrice is a price file of the binary for programs.
type listedPrice struct {
	Name   string `json:"name"`
	About  string `json:"about"`
	Source string `json:"source"`
}

func listedPrices() (out []listedPrice, err error) {
	for _, name := range decision.PricesOfVendors() {
		p, err := listedPriceNamed(name)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func listedPriceNamed(name string) (listedPrice, error) {
	p, err := decision.LoadPrices(name)
	if err != nil {
		return listedPrice{}, err
	}
	source, err := decision.PricesSource(name)
	return listedPrice{name, p.About, string(source)}, err
}

func tableOfPrices(out io.Writer) error {
	all, err := listedPrices()
	if err != nil {
		return err
	}
	w := aligned(out)
	for _, p := range all {
		fmt.Fprintf(w, "  %s\t%s\n", p.Name, p.About)
	}
	return w.Flush()
}

// textOfPrices prints the YAML to start a price file of one's own from.
func textOfPrices(out io.Writer, name string) error {
	source, err := decision.PricesSource(name)
	if err == nil {
		_, err = out.Write(source)
	}
	return err
}
