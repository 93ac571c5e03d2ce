package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/ptr"

	"kubernest.test/clients/check"
)

// wire is what clients notice of transport and identity: large and compressed answers, limits, warnings, tokens, logs.
type wire struct {
	config    *rest.Config
	namespace string
}

func (w wire) run(s *check.Steps) {
	s.Run("large", w.large)
	s.Run("warnings", w.warnings)
	s.Run("identity", w.identity)
	s.Run("newer events", w.events)
	s.Run("log", w.log)
}

type answers struct {
	next       http.RoundTripper
	mu         sync.Mutex
	compressed []string
}

func (a *answers) RoundTrip(q *http.Request) (*http.Response, error) {
	res, err := a.next.RoundTrip(q)
	if err == nil && (res.Uncompressed || res.Header.Get("Content-Encoding") == "gzip") {
		a.mu.Lock()
		a.compressed = append(a.compressed, q.Method+" "+q.URL.Path)
		a.mu.Unlock()
	}
	return res, err
}

// Lists beyond 128 KiB come compressed, and say the same; objects may be large, but not larger than the server takes.
func (w wire) large(ctx context.Context) error {
	for _, encoding := range []string{runtime.ContentTypeJSON, runtime.ContentTypeProtobuf} {
		log := &answers{}
		config := rest.CopyConfig(w.config)
		config.ContentType, config.AcceptContentTypes = encoding, encoding
		config.Wrap(func(next http.RoundTripper) http.RoundTripper { log.next = next; return log })
		plain := rest.CopyConfig(w.config)
		plain.ContentType, plain.AcceptContentTypes, plain.DisableCompression = encoding, encoding, true
		maps := kubernetes.NewForConfigOrDie(config).CoreV1().ConfigMaps(w.namespace)
		for i := range 12 {
			m := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("large-%d", i), Labels: map[string]string{"large": "y"}}, Data: map[string]string{"text": strings.Repeat(fmt.Sprint(i, " äöü "), 3000)}}
			if _, err := maps.Create(ctx, m, metav1.CreateOptions{}); err != nil {
				return fmt.Errorf("%s: create %d: %w", encoding, i, err)
			}
		}
		a, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "large=y"})
		if err != nil {
			return err
		}
		b, err := kubernetes.NewForConfigOrDie(plain).CoreV1().ConfigMaps(w.namespace).List(ctx, metav1.ListOptions{LabelSelector: "large=y"})
		if err != nil {
			return err
		}
		for i := range a.Items {
			if err := check.Equal("text", a.Items[i].Data["text"], b.Items[i].Data["text"]); err != nil {
				return err
			}
		}
		_, tooLarge := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "too-large"}, Data: map[string]string{"x": strings.Repeat("x", 1<<20+1)}}, metav1.CreateOptions{})
		_, farTooLarge := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "far"}, Data: map[string]string{"x": strings.Repeat("x", 4<<20)}}, metav1.CreateOptions{})
		err = check.First(
			check.Equal("items", len(a.Items), 12),
			check.Equal("compressed answers", strings.Join(log.compressed, ", "), "GET /api/v1/namespaces/"+w.namespace+"/configmaps"),
			check.Equal("more than a map may hold", apierrors.ReasonForError(tooLarge), metav1.StatusReasonInvalid),
			check.Equal("more than a request may hold", apierrors.ReasonForError(farTooLarge), metav1.StatusReasonRequestEntityTooLarge),
			maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "large=y"}),
		)
		if err != nil {
			return fmt.Errorf("%s: %w", encoding, err)
		}
	}
	return nil
}

type warnings struct{ texts []string }

func (w *warnings) HandleWarningHeader(code int, agent, text string) { w.texts = append(w.texts, text) }

func (w wire) warnings(ctx context.Context) error {
	seen := &warnings{}
	config := rest.CopyConfig(w.config)
	config.WarningHandler = seen
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	body := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"warned"},"data":{"a":"1","a":"2"},"dates":{}}`
	raw := func(validation string) error {
		q := client.CoreV1().RESTClient().Post().Namespace(w.namespace).Resource("configmaps").Param("fieldValidation", validation)
		return q.Body([]byte(body)).SetHeader("Content-Type", "application/json").Do(ctx).Error()
	}
	strict := raw("Strict")
	if err = raw("Warn"); err != nil {
		return err
	}
	first := strings.Join(seen.texts, "; ")
	if _, err = client.CoreV1().Endpoints(w.namespace).List(ctx, metav1.ListOptions{}); err != nil {
		return err
	}
	return check.First(
		check.Equal("strict", apierrors.IsBadRequest(strict) && strings.Contains(strict.Error(), `duplicate field "data.a"`) && strings.Contains(strict.Error(), `unknown field "dates"`), true),
		check.Equal("warnings", first, `duplicate field "data.a"; unknown field "dates"`),
		check.Equal("deprecation", strings.Contains(seen.texts[len(seen.texts)-1], "v1 Endpoints is deprecated"), true),
	)
}

// A service account's token makes its user; so does impersonation.
func (w wire) identity(ctx context.Context) error {
	client, err := kubernetes.NewForConfig(w.config)
	if err != nil {
		return err
	}
	who := func(config *rest.Config) (string, error) {
		c, err := kubernetes.NewForConfig(config)
		if err != nil {
			return "", err
		}
		r, err := c.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
		if err != nil {
			return "", err
		}
		return r.Status.UserInfo.Username, nil
	}
	if _, err = client.CoreV1().ServiceAccounts(w.namespace).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "robot"}}, metav1.CreateOptions{}); err != nil {
		return err
	}
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: ptr.To[int64](3600)}}
	token, err := client.CoreV1().ServiceAccounts(w.namespace).CreateToken(ctx, "robot", request, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	admin, err := who(w.config)
	if err != nil {
		return err
	}
	bearer := rest.AnonymousClientConfig(w.config)
	bearer.BearerToken = token.Status.Token
	robot, err := who(bearer)
	if err != nil {
		return err
	}
	bearer.BearerToken = "nonsense"
	_, refused := who(bearer)
	review, err := client.AuthenticationV1().TokenReviews().Create(ctx, &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: token.Status.Token}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return check.First(
		check.Equal("administrator", admin, "kubernetes-admin"),
		check.Equal("robot", robot, "system:serviceaccount:"+w.namespace+":robot"),
		check.Equal("nonsense", apierrors.IsUnauthorized(refused), true),
		check.Equal("review", review.Status.Authenticated && review.Status.User.Username == robot, true),
		check.Equal("expires", time.Until(token.Status.ExpirationTimestamp.Time) > 50*time.Minute, true),
	)
}

func (w wire) events(ctx context.Context) error {
	client, err := kubernetes.NewForConfig(w.config)
	if err != nil {
		return err
	}
	m, err := client.CoreV1().ConfigMaps(w.namespace).Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "eventful-too"}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: client.EventsV1()})
	if err = broadcaster.StartRecordingToSinkWithContext(ctx); err != nil {
		return err
	}
	defer broadcaster.Shutdown()
	recorder := broadcaster.NewRecorder(scheme.Scheme, "example.com/client-test")
	// The first of a kind is written at once, the second makes it a series.
	for range 2 {
		recorder.Eventf(m, nil, corev1.EventTypeNormal, "Tested", "Testing", "seen %d", 1)
	}
	return check.Eventually(ctx, "a series of events", func() (bool, error) {
		list, err := client.EventsV1().Events(w.namespace).List(ctx, metav1.ListOptions{FieldSelector: "regarding.uid=" + string(m.UID)})
		return err == nil && len(list.Items) == 1 && list.Items[0].Series != nil && list.Items[0].Series.Count == 2, err
	})
}

func (w wire) log(ctx context.Context) error {
	client, err := kubernetes.NewForConfig(w.config)
	if err != nil {
		return err
	}
	pods := client.CoreV1().Pods(w.namespace)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "logged"}, Spec: deployment("x").Spec.Template.Spec}
	if _, err = pods.Create(ctx, pod, metav1.CreateOptions{}); err != nil {
		return err
	}
	err = check.Eventually(ctx, "a running pod", func() (bool, error) {
		p, err := pods.Get(ctx, pod.Name, metav1.GetOptions{})
		return err == nil && p.Status.Phase == corev1.PodRunning, err
	})
	if err != nil {
		return err
	}
	stream, err := pods.GetLogs(pod.Name, &corev1.PodLogOptions{Container: "web", TailLines: ptr.To[int64](3)}).Stream(ctx)
	if err != nil {
		return err
	}
	defer stream.Close()
	if _, err = io.ReadAll(stream); err != nil {
		return err
	}
	_, other := pods.GetLogs(pod.Name, &corev1.PodLogOptions{Container: "none"}).DoRaw(ctx)
	return check.First(
		check.Equal("no such container", apierrors.IsBadRequest(other), true),
		pods.Delete(ctx, pod.Name, metav1.DeleteOptions{GracePeriodSeconds: ptr.To[int64](0)}),
	)
}
