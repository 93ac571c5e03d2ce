package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	kubeinformers "k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"kubernest.test/clients/check"
)

type informers struct {
	config    *rest.Config
	namespace string
	// streamed: they get their lists by a watch, as they do unless KUBE_FEATURE_WatchListClient is false.
	streamed bool
}

// requests remembers the queries sent, to see how an informer gets its objects.
type requests struct {
	next http.RoundTripper
	mu   sync.Mutex
	seen []string
}

func (r *requests) RoundTrip(q *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.seen = append(r.seen, q.URL.Path+"?"+q.URL.RawQuery)
	r.mu.Unlock()
	return r.next.RoundTrip(q)
}

func (r *requests) count(parts ...string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, q := range r.seen {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(q, part)
		}
		if all {
			n++
		}
	}
	return n
}

func (i informers) run(s *check.Steps, suffix string) {
	s.Run("shared informer"+suffix, i.shared)
}

// Informers start by a list, streamed or not, and miss nothing when connections break.
func (i informers) shared(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	log := &requests{}
	config := rest.CopyConfig(i.config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { log.next = next; return log })
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	secrets := client.CoreV1().Secrets(i.namespace)
	secret := func(name, value string) *corev1.Secret {
		return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"informed": "y"}}, StringData: map[string]string{"v": value}}
	}
	for n := range 5 {
		if _, err := secrets.Create(ctx, secret(fmt.Sprintf("informed-%d", n), "0"), metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	factory := kubeinformers.NewSharedInformerFactoryWithOptions(client, 0, kubeinformers.WithNamespace(i.namespace),
		kubeinformers.WithTweakListOptions(func(o *metav1.ListOptions) { o.LabelSelector = "informed=y" }))
	informer := factory.Core().V1().Secrets()
	var mu sync.Mutex
	events := map[string]int{}
	count := func(kind string) { mu.Lock(); events[kind]++; mu.Unlock() }
	_, err = informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { count("add") },
		UpdateFunc: func(old, now any) {
			if old.(*corev1.Secret).ResourceVersion != now.(*corev1.Secret).ResourceVersion {
				count("update")
			}
		},
		DeleteFunc: func(any) { count("delete") },
	})
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	for kind, ok := range factory.WaitForCacheSync(ctx.Done()) {
		if !ok {
			return fmt.Errorf("the informer of %s has not started", kind)
		}
	}
	has := func(name, value string) func() (bool, error) {
		return func() (bool, error) {
			s, err := informer.Lister().Secrets(i.namespace).Get(name)
			return err == nil && string(s.Data["v"]) == value, nil
		}
	}
	all, err := informer.Lister().List(labels.Everything())
	if err = check.First(err, check.Equal("objects at the start", len(all), 5)); err != nil {
		return err
	}
	for n := range 3 {
		if err := check.CutConnections(); err != nil {
			return err
		}
		// Written over a connection made after the cut, while the informer may still be without one.
		name, value := fmt.Sprintf("informed-%d", n), "after the cut"
		err := check.Eventually(ctx, "a write", func() (bool, error) {
			_, err := secrets.Update(ctx, secret(name, value), metav1.UpdateOptions{})
			return err == nil, nil
		})
		if err = check.First(err, check.Eventually(ctx, "its event", has(name, value))); err != nil {
			return err
		}
	}
	for n := range 5 {
		if err := secrets.Delete(ctx, fmt.Sprintf("informed-%d", n), metav1.DeleteOptions{}); err != nil {
			return err
		}
	}
	err = check.Eventually(ctx, "an empty cache", func() (bool, error) {
		all, err := informer.Lister().List(labels.Everything())
		mu.Lock()
		defer mu.Unlock()
		return len(all) == 0 && events["delete"] == 5, err
	})
	if err != nil {
		return err
	}
	mu.Lock()
	defer mu.Unlock()
	return check.First(
		check.Equal("adds", events["add"], 5),
		check.Equal("updates", events["update"], 3),
		check.Equal("streamed lists", log.count("/secrets?", "sendInitialEvents=true") > 0, i.streamed),
		check.Equal("lists", log.count("/secrets?", "limit=") > 0, !i.streamed),
	)
}
