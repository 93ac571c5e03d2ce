package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"sort"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/apitesting/fuzzer"
	"k8s.io/apimachinery/pkg/api/resource"
	metafuzzer "k8s.io/apimachinery/pkg/apis/meta/fuzzer"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/randfill"

	"kubernest.test/clients/check"
)

const rounds = 40

// The kinds of requests and answers that are no resources.
var others = []schema.GroupVersionKind{
	{Version: "v1", Kind: "Status"},
	{Version: "v1", Kind: "DeleteOptions"},
}

type fuzzed struct{}

func (f fuzzed) run(s *check.Steps) {
	s.Run("fuzz", func(ctx context.Context) error {
		kinds, err := served(s)
		if err != nil {
			return err
		}
		codec, err := startCodec()
		if err != nil {
			return err
		}
		defer codec.end()
		var problems []string
		for _, gvk := range kinds {
			if err := f.kind(codec, gvk); err != nil {
				problems = append(problems, fmt.Sprintf("%s %s: %s", gvk.GroupVersion(), gvk.Kind, err))
			}
		}
		if len(problems) > 0 {
			return fmt.Errorf("%d of %d kinds: %s", len(problems), len(kinds), strings.Join(problems, "\n  "))
		}
		fmt.Printf("%d kinds, %d objects each\n", len(kinds), rounds)
		return nil
	})
}

// served are the kinds of all resources and subresources that discovery names, and those of requests and answers.
func served(s *check.Steps) ([]schema.GroupVersionKind, error) {
	client, err := discovery.NewDiscoveryClientForConfig(s.Config)
	if err != nil {
		return nil, err
	}
	_, lists, err := client.ServerGroupsAndResources()
	if err != nil {
		return nil, err
	}
	seen := map[schema.GroupVersionKind]bool{}
	for _, gvk := range others {
		seen[gvk] = true
	}
	for _, l := range lists {
		gv, err := schema.ParseGroupVersion(l.GroupVersion)
		if err != nil {
			return nil, err
		}
		for _, r := range l.APIResources {
			gvk := gv.WithKind(r.Kind)
			if r.Group != "" || r.Version != "" {
				gvk.Group, gvk.Version = r.Group, r.Version
			}
			// Options of connections are query parameters, never bodies.
			if !strings.HasSuffix(r.Kind, "Options") {
				seen[gvk] = true
			}
		}
	}
	var all []schema.GroupVersionKind
	for gvk := range seen {
		if !kinds.Recognizes(gvk) {
			return nil, fmt.Errorf("client-go has no %s", gvk)
		}
		all = append(all, gvk)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].String() < all[j].String() })
	return all, nil
}

func (fuzzed) kind(codec *codec, gvk schema.GroupVersionKind) error {
	filler := fuzzer.FuzzerFor(fuzzer.MergeFuzzerFuncs(metafuzzer.Funcs, values), rand.NewSource(int64(len(gvk.Kind))), serializer.NewCodecFactory(kinds))
	wire := protobuf.NewSerializer(kinds, kinds)
	for round := range rounds {
		filler.NilChance(float64(round%4)/4).NumElements(round%3, 2).MaxDepth(18)
		object, err := kinds.New(gvk)
		if err != nil {
			return err
		}
		filler.Fill(object)
		object.GetObjectKind().SetGroupVersionKind(gvk)
		text, err := json.Marshal(object)
		if err != nil {
			return err
		}
		want, _ := kinds.New(gvk)
		if err = json.Unmarshal(text, want); err != nil {
			return err
		}
		var sent bytes.Buffer
		if err = wire.Encode(want, &sent); err != nil {
			return err
		}
		read, err := codec.ask(map[string]any{"decode": base64.StdEncoding.EncodeToString(sent.Bytes())})
		if err != nil {
			return fmt.Errorf("reading: %w", err)
		}
		// What client-go makes of the message in JSON is what the server must make of it.
		again, _, err := wire.Decode(sent.Bytes(), nil, nil)
		if err != nil {
			return err
		}
		again.GetObjectKind().SetGroupVersionKind(gvk)
		plain, err := json.Marshal(again)
		if err != nil {
			return err
		}
		if path := difference("", parse(plain), parse(read.Object)); path != "" {
			return fmt.Errorf("round %d, reading %s", round, path)
		}
		written, err := codec.ask(map[string]any{"encode": json.RawMessage(text)})
		if err != nil {
			return fmt.Errorf("writing: %w", err)
		}
		message, err := base64.StdEncoding.DecodeString(written.Protobuf)
		if err != nil {
			return err
		}
		got, _, err := wire.Decode(message, nil, nil)
		if err != nil {
			return fmt.Errorf("what was written: %w", err)
		}
		got.GetObjectKind().SetGroupVersionKind(gvk)
		made, err := json.Marshal(got)
		if err != nil {
			return err
		}
		if path := difference("", parse(plain), parse(made)); path != "" {
			return fmt.Errorf("round %d, writing %s", round, path)
		}
	}
	return nil
}

// values fills what must not be just anything to stay the same in JSON.
func values(serializer.CodecFactory) []any {
	return []any{
		func(n *int64, c randfill.Continue) { *n = c.Int63n(1<<53) - 1<<52 },
		func(n *int32, c randfill.Continue) { *n = int32(c.Uint32()) },
		func(q *resource.Quantity, c randfill.Continue) {
			*q = resource.MustParse(fmt.Sprintf("%d%s", c.Int63n(100000), []string{"", "m", "Ki", "Gi", "M", "e3"}[c.Intn(6)]))
			_ = q.String()
		},
		func(v *intstr.IntOrString, c randfill.Continue) {
			if c.Bool() {
				*v = intstr.FromInt32(int32(c.Uint32()))
			} else {
				*v = intstr.FromString(c.String(5))
			}
		},
		func(t *metav1.Time, c randfill.Continue) {
			if c.Intn(4) > 0 {
				*t = metav1.Unix(c.Int63n(1<<33)-1<<31, 0)
			}
		},
		func(t *metav1.MicroTime, c randfill.Continue) {
			if c.Intn(4) > 0 {
				*t = metav1.MicroTime{Time: metav1.Unix(c.Int63n(1<<33)-1<<31, c.Int63n(1000000)*1000).Time}
			}
		},
		func(d *metav1.Duration, c randfill.Continue) { d.Duration = 1 << uint(c.Intn(50)) },
		func(f *metav1.FieldsV1, c randfill.Continue) {
			f.Raw = []byte(`{"f:a":{"k:{\"name\":\"<b>\"}":{".":{}}}}`)
		},
		func(e *runtime.RawExtension, c randfill.Continue) {
			e.Raw = []byte(`{"apiVersion":"example.com/v1","kind":"Thing","n":1}`)
		},
		func(j *apiextensionsv1.JSON, c randfill.Continue) {
			j.Raw = []byte([]string{`null`, `1.5`, `"<x>"`, `[true]`, `{"a":{}}`}[c.Intn(5)])
		},
		func(p *apiextensionsv1.JSONSchemaProps, c randfill.Continue) {
			// Schemas hold schemas: the second level is flat.
			c.FillNoCustom(p)
			flat := func(q *apiextensionsv1.JSONSchemaProps) {
				*q = apiextensionsv1.JSONSchemaProps{Type: q.Type, Format: q.Format}
			}
			for i := range p.AllOf {
				flat(&p.AllOf[i])
			}
			if p.Not != nil {
				flat(p.Not)
			}
		},
		func(p *apiextensionsv1.JSONSchemaPropsOrArray, c randfill.Continue) {
			if c.Bool() {
				p.Schema = &apiextensionsv1.JSONSchemaProps{Type: "string"}
			} else {
				p.JSONSchemas = []apiextensionsv1.JSONSchemaProps{{Type: "object"}, {}}
			}
		},
		func(p *apiextensionsv1.JSONSchemaPropsOrBool, c randfill.Continue) {
			if p.Allows = c.Bool(); p.Allows && c.Bool() {
				p.Schema = &apiextensionsv1.JSONSchemaProps{Type: "string"}
			}
		},
		func(p *apiextensionsv1.JSONSchemaPropsOrStringArray, c randfill.Continue) {
			if c.Bool() {
				p.Schema = &apiextensionsv1.JSONSchemaProps{Type: "string"}
			} else {
				p.Property = []string{c.String(3)}
			}
		},
	}
}

func parse(text []byte) any {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return v
}

// difference is the first path at which two JSON values differ, with both values; empty when they do not.
func difference(path string, want, got any) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		for key, v := range w {
			if _, ok := g[key]; !ok {
				return fmt.Sprintf("%s.%s: missing, want %s", path, key, short(v))
			}
			if d := difference(path+"."+key, v, g[key]); d != "" {
				return d
			}
		}
		for key, v := range g {
			if _, ok := w[key]; !ok {
				return fmt.Sprintf("%s.%s: got %s, want none", path, key, short(v))
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		for i := range w {
			if d := difference(fmt.Sprintf("%s[%d]", path, i), w[i], g[i]); d != "" {
				return d
			}
		}
		return ""
	}
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return fmt.Sprintf("%s: got %s, want %s", path, short(got), short(want))
}

func short(v any) string {
	text, _ := json.Marshal(v)
	if len(text) > 120 {
		return string(text[:120]) + "…"
	}
	return string(text)
}
