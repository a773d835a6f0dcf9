package strict

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Fill sets a value from a document that the schema accepts.
func (r Rule) Fill(into, document any) error {
	complete, err := r.Complete(document)
	if err != nil {
		return err
	}
	return Decode(complete, into)
}

// Decode sets a value from a complete document: a key of the schema that no field reads is a defect.
func Decode(document, into any) error {
	b, err := json.Marshal(document)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// Complete returns a value with the defaults of the schema filled in and durations in nanoseconds.
func (r Rule) Complete(value any) (any, error) {
	if r.isDuration() {
		return parseDuration(value)
	}
	switch value := value.(type) {
	case map[string]any:
		if r.isTexts() {
			return value, nil
		}
		out := map[string]any{}
		for key := range r.Child("properties") {
			property := r.Child("properties").Child(key)
			v, given := value[key]
			if !given {
				v, given = property.absent()
			}
			if !given {
				continue
			}
			done, err := property.Complete(v)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			out[key] = done
		}
		return out, nil
	case []any:
		out := make([]any, len(value))
		for i, v := range value {
			done, err := r.Child("items").Complete(v)
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			out[i] = done
		}
		return out, nil
	default:
		return value, nil
	}
}

// absent is what stands for a key that a file does not have: its default, of keys below it theirs.
func (r Rule) absent() (any, bool) {
	if v, ok := r["default"]; ok {
		return v, true
	}
	return map[string]any{}, r["type"] == "object" && !r.isTexts()
}
