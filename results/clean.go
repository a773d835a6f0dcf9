package results

import (
	"reflect"

	"github.com/pushbench/pushbench/internal/plain"
)

// Plain is the trial with its text as lines of visible characters.
func (t Trial) Plain() Trial {
	clean(reflect.ValueOf(&t).Elem())
	return t
}

// clean makes all text of a record plain, wherever it stands: other programs may have written it. What is read again and
// not shown stays as it was: the scenario and the files of lanes, whose text is shown as a block, and the command.
func (r *Run) clean() {
	source, files, command := r.Source, r.LaneFiles, r.Command
	r.LaneFiles, r.Command = nil, nil
	clean(reflect.ValueOf(r).Elem())
	r.Source, r.LaneFiles, r.Command = source, files, command
}

func clean(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(plain.Line(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() { // a time has none
				clean(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			clean(v.Index(i))
		}
	case reflect.Interface: // an argument of a warning
		if !v.IsNil() {
			inner := reflect.New(v.Elem().Type()).Elem()
			inner.Set(v.Elem())
			clean(inner)
			v.Set(inner)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			clean(v.Elem())
		}
	case reflect.Map:
		cleanMap(v)
	default: // numbers
	}
}

// cleanMap makes keys and values plain.
func cleanMap(v reflect.Value) {
	if v.IsNil() {
		return
	}
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for entry := v.MapRange(); entry.Next(); {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		key.Set(entry.Key())
		value.Set(entry.Value())
		clean(key)
		clean(value)
		out.SetMapIndex(key, value)
	}
	v.Set(out)
}
