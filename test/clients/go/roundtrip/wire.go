package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"sigs.k8s.io/yaml"

	"kubernest.test/clients/check"
)

//go:embed objects.yaml
var objects string

// wire sends and reads an object of every stored resource in both encodings.
type wire struct {
	mapper    meta.RESTMapper
	text      rest.Interface
	binary    rest.Interface
	namespace string
}

func (w wire) run(s *check.Steps) {
	client := func(mediaType string) (rest.Interface, error) {
		c := rest.CopyConfig(s.Config)
		c.ContentType, c.AcceptContentTypes = mediaType, mediaType
		c.NegotiatedSerializer = serializer.NewCodecFactory(kinds).WithoutConversion()
		return rest.UnversionedRESTClientFor(c)
	}
	s.Run("requests", func(ctx context.Context) (err error) {
		w.namespace = s.Namespace
		if w.text, err = client(runtime.ContentTypeJSON); err != nil {
			return err
		}
		if w.binary, err = client(runtime.ContentTypeProtobuf); err != nil {
			return err
		}
		d, err := discovery.NewDiscoveryClientForConfig(s.Config)
		if err != nil {
			return err
		}
		w.mapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(d))
		request, err := signingRequest()
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		var problems []string
		all := strings.ReplaceAll(strings.ReplaceAll(objects, "NS", s.Namespace), "request: CSR", "request: "+request)
		for _, document := range strings.Split(all, "\n---\n") {
			name, err := w.object(ctx, document)
			if seen[name] = true; err != nil {
				problems = append(problems, name+": "+err.Error())
			}
		}
		_, lists, err := d.ServerGroupsAndResources()
		if err != nil {
			return err
		}
		for _, l := range lists {
			for _, r := range l.APIResources {
				if name := l.GroupVersion + " " + r.Kind; !strings.Contains(r.Name, "/") && strings.Contains(r.Verbs.String(), "watch") && !seen[name] {
					problems = append(problems, name+": objects.yaml has none")
				}
			}
		}
		if len(problems) > 0 {
			return fmt.Errorf("%s", strings.Join(problems, "\n  "))
		}
		fmt.Printf("%d objects\n", len(seen))
		return nil
	})
}

func signingRequest() (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "test"}}, key)
	return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})), err
}

// object goes through every request with one object. It returns the version and kind, too.
func (w wire) object(ctx context.Context, document string) (string, error) {
	text, err := yaml.YAMLToJSON([]byte(document))
	if err != nil {
		return document, err
	}
	codecs := serializer.NewCodecFactory(kinds, serializer.EnableStrict)
	object, gvk, err := codecs.UniversalDeserializer().Decode(text, nil, nil)
	if err != nil {
		return document, err
	}
	what := gvk.GroupVersion().String() + " " + gvk.Kind
	mapping, err := w.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return what, err
	}
	namespace := ""
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		namespace = w.namespace
	}
	path := "/apis/" + gvk.Group + "/" + gvk.Version
	if gvk.Group == "" {
		path = "/api/" + gvk.Version
	}
	if namespace != "" {
		path += "/namespaces/" + namespace
	}
	path += "/" + mapping.Resource.Resource
	name := object.(metav1.Object).GetName()
	object.GetObjectKind().SetGroupVersionKind(*gvk)
	var message bytes.Buffer
	if err = protobuf.NewSerializer(kinds, kinds).Encode(object, &message); err != nil {
		return what, err
	}
	return what, w.steps(ctx, path, name, text, message.Bytes())
}

func (w wire) steps(ctx context.Context, path, name string, text, message []byte) error {
	inText, err := value(w.text.Post().AbsPath(path).Param("dryRun", "All").Param("fieldValidation", "Strict").Body(text).SetHeader("Content-Type", runtime.ContentTypeJSON).Do(ctx))
	if err != nil {
		return fmt.Errorf("create in JSON: %w", err)
	}
	post := w.binary.Post().AbsPath(path).Param("dryRun", "All").Body(message)
	dry, err := value(post.SetHeader("Content-Type", runtime.ContentTypeProtobuf).Do(ctx))
	if err != nil {
		return fmt.Errorf("create in protobuf: %w", err)
	}
	if d := difference("", unique(inText), unique(dry)); d != "" {
		return fmt.Errorf("created in protobuf: %s", d)
	}
	if err = w.binary.Post().AbsPath(path).Body(message).SetHeader("Content-Type", runtime.ContentTypeProtobuf).Do(ctx).Error(); err != nil {
		return err
	}
	// Controllers write, too: the two reads must be of one version.
	err = check.Eventually(ctx, "two reads of one version", func() (bool, error) {
		a, err := value(w.text.Get().AbsPath(path, name).Do(ctx))
		if err != nil {
			return false, err
		}
		b, err := value(w.binary.Get().AbsPath(path, name).Do(ctx))
		if err != nil {
			return false, err
		}
		if versionOf(a) != versionOf(b) {
			return false, nil
		}
		if d := difference("", a, b); d != "" {
			return false, fmt.Errorf("get: %s", d)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	return check.First(
		w.lists(ctx, path, name),
		w.watches(ctx, path, name),
		w.update(ctx, path, name),
		w.delete(ctx, path, name),
	)
}

func (w wire) lists(ctx context.Context, path, name string) error {
	list := func(c rest.Interface, accept, version string) (any, error) {
		q := c.Get().AbsPath(path).Param("fieldSelector", "metadata.name="+name)
		if version != "" {
			q = q.Param("resourceVersion", version).Param("resourceVersionMatch", "Exact")
		}
		if accept != "" {
			q = q.SetHeader("Accept", accept)
		}
		return value(q.Do(ctx))
	}
	text, err := list(w.text, "", "")
	if err != nil {
		return fmt.Errorf("list in JSON: %w", err)
	}
	binary, err := list(w.binary, "", versionOf(text))
	if err != nil {
		return fmt.Errorf("list in protobuf: %w", err)
	}
	if d := difference("", text, binary); d != "" {
		return fmt.Errorf("list: %s", d)
	}
	partial := ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
	if text, err = list(w.text, runtime.ContentTypeJSON+partial, ""); err != nil {
		return fmt.Errorf("list of metadata: %w", err)
	}
	if binary, err = list(w.binary, runtime.ContentTypeProtobuf+partial, versionOf(text)); err != nil {
		return fmt.Errorf("list of metadata in protobuf: %w", err)
	}
	if d := difference("", text, binary); d != "" {
		return fmt.Errorf("list of metadata: %s", d)
	}
	// Tables have no protobuf form.
	table := ";as=Table;g=meta.k8s.io;v=v1"
	body, err := w.binary.Get().AbsPath(path).SetHeader("Accept", runtime.ContentTypeProtobuf+table+","+runtime.ContentTypeJSON+table).Do(ctx).Raw()
	if err != nil {
		return fmt.Errorf("table: %w", err)
	}
	return check.Equal("table", parse(body).(map[string]any)["kind"], any("Table"))
}

// watches compares the first events, and the bookmark after them, of both encodings.
func (w wire) watches(ctx context.Context, path, name string) error {
	first := func(c rest.Interface) (any, error) {
		q := c.Get().AbsPath(path).Param("watch", "true").Param("fieldSelector", "metadata.name="+name)
		q = q.Param("sendInitialEvents", "true").Param("resourceVersionMatch", "NotOlderThan").Param("allowWatchBookmarks", "true").Param("timeoutSeconds", "20")
		events, err := q.Watch(ctx)
		if err != nil {
			return nil, err
		}
		defer events.Stop()
		added, bookmark := <-events.ResultChan(), <-events.ResultChan()
		if added.Type != watch.Added || bookmark.Type != watch.Bookmark {
			return nil, fmt.Errorf("events %s, %s", added.Type, bookmark.Type)
		}
		mark, err := meta.Accessor(bookmark.Object)
		if err != nil || mark.GetAnnotations()[metav1.InitialEventsAnnotationKey] != "true" {
			return nil, fmt.Errorf("the bookmark is %v, %v", bookmark.Object, err)
		}
		return tree(added.Object)
	}
	return check.Eventually(ctx, "the same in both watches", func() (bool, error) {
		text, err := first(w.text)
		if err != nil {
			return false, fmt.Errorf("watch in JSON: %w", err)
		}
		binary, err := first(w.binary)
		if err != nil {
			return false, fmt.Errorf("watch in protobuf: %w", err)
		}
		if versionOf(text) != versionOf(binary) {
			return false, nil
		}
		if d := difference("", text, binary); d != "" {
			return false, fmt.Errorf("watch: %s", d)
		}
		return true, nil
	})
}

// update sends back what was read: nothing changes, not even the version.
func (w wire) update(ctx context.Context, path, name string) error {
	return check.Eventually(ctx, "an update of the latest version", func() (bool, error) {
		result := w.binary.Get().AbsPath(path, name).Do(ctx)
		object, err := result.Get()
		if err != nil {
			return false, err
		}
		before, err := tree(object)
		if err != nil {
			return false, err
		}
		var message bytes.Buffer
		if err = protobuf.NewSerializer(kinds, kinds).Encode(object, &message); err != nil {
			return false, err
		}
		after := w.binary.Put().AbsPath(path, name).Body(message.Bytes()).SetHeader("Content-Type", runtime.ContentTypeProtobuf).Do(ctx)
		if err = after.Error(); err != nil && strings.Contains(err.Error(), "the object has been modified") {
			return false, nil
		}
		same, err := value(after)
		if err != nil {
			return false, fmt.Errorf("update: %w", err)
		}
		if d := difference("", before, same); d != "" {
			return false, fmt.Errorf("updated with itself: %s", d)
		}
		return true, nil
	})
}

// delete sends its options in protobuf, and reads the Status or the object that answers.
func (w wire) delete(ctx context.Context, path, name string) error {
	uid := func() (string, error) {
		read, err := value(w.text.Get().AbsPath(path, name).Do(ctx))
		if err != nil {
			return "", err
		}
		return read.(map[string]any)["metadata"].(map[string]any)["uid"].(string), nil
	}
	options := func(uid string) []byte {
		policy, grace := metav1.DeletePropagationBackground, int64(0)
		o := &metav1.DeleteOptions{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "DeleteOptions"}, GracePeriodSeconds: &grace, PropagationPolicy: &policy, Preconditions: metav1.NewUIDPreconditions(uid)}
		var message bytes.Buffer
		if err := protobuf.NewSerializer(kinds, kinds).Encode(o, &message); err != nil {
			panic(err)
		}
		return message.Bytes()
	}
	send := func(uid string) rest.Result {
		return w.binary.Delete().AbsPath(path, name).Body(options(uid)).SetHeader("Content-Type", runtime.ContentTypeProtobuf).Do(ctx)
	}
	refusal := "the UID in the precondition (another)"
	if strings.HasSuffix(path, "/namespaces") {
		refusal = "UID in precondition: another,"
	}
	if err := send("another").Error(); err == nil || !strings.Contains(err.Error(), refusal) {
		return fmt.Errorf("delete with another's uid: %v", err)
	}
	own, err := uid()
	if err != nil {
		return err
	}
	gone, err := send(own).Get()
	if err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	if status, ok := gone.(*metav1.Status); ok && (status.Status != metav1.StatusSuccess || string(status.Details.UID) != own || status.Details.Name != name) {
		return fmt.Errorf("delete answered %v", status)
	}
	return nil
}

// value is what an answer holds, as JSON.
func value(r rest.Result) (any, error) {
	if r.Error() != nil {
		return nil, r.Error()
	}
	object, err := r.Get()
	if err != nil {
		return nil, err
	}
	return tree(object)
}

func tree(object runtime.Object) (any, error) {
	gvks, _, err := kinds.ObjectKinds(object)
	if err != nil {
		return nil, err
	}
	object.GetObjectKind().SetGroupVersionKind(gvks[0])
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	err = d.Decode(&v)
	untyped(v, true)
	return v, err
}

// unique drops what differs from one create to the next, and whatever was made of it.
func unique(object any) any {
	m := object.(map[string]any)["metadata"].(map[string]any)
	uid, _ := m["uid"].(string)
	for _, key := range []string{"uid", "creationTimestamp", "resourceVersion", "managedFields"} {
		delete(m, key)
	}
	if spec, ok := object.(map[string]any)["spec"].(map[string]any); ok {
		for _, key := range []string{"clusterIP", "clusterIPs", "healthCheckNodePort"} {
			delete(spec, key)
		}
		if ports, ok := spec["ports"].([]any); ok {
			for _, port := range ports {
				delete(port.(map[string]any), "nodePort")
			}
		}
	}
	return replace(object, uid)
}

func replace(v any, uid string) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = replace(v[key], uid)
		}
	case []any:
		for i := range v {
			v[i] = replace(v[i], uid)
		}
	case string:
		if uid != "" && v == uid {
			return "UID"
		}
	}
	return v
}

// untyped drops kind and version of objects in an object, which protobuf does not carry.
func untyped(v any, top bool) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["metadata"].(map[string]any); ok && !top {
			delete(v, "kind")
			delete(v, "apiVersion")
		}
		for _, inner := range v {
			untyped(inner, false)
		}
	case []any:
		for _, inner := range v {
			untyped(inner, false)
		}
	}
}

func versionOf(object any) string {
	v, _ := object.(map[string]any)["metadata"].(map[string]any)["resourceVersion"].(string)
	return v
}
