package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/pager"

	"kubernest.test/clients/check"
)

// expiry is what clients see of a history that is short: versions that are gone.
type expiry struct {
	client    kubernetes.Interface
	namespace string
}

func (e expiry) run(s *check.Steps) {
	s.Run("expired pages", e.pages)
	s.Run("expired watch", e.watch)
}

// A token that has expired comes with one to go on from the present; the pager lists all anew.
func (e expiry) pages(ctx context.Context) error {
	maps := e.client.CoreV1().ConfigMaps(e.namespace)
	for i := range 6 {
		if _, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("old-%d", i), Labels: map[string]string{"old": "y"}}}, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	first, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "old=y", Limit: 2})
	if err != nil {
		return err
	}
	var status *apierrors.StatusError
	err = check.Eventually(ctx, "a token that has expired", func() (bool, error) {
		// Without changes nothing grows old.
		if _, err := maps.Patch(ctx, "old-0", types.MergePatchType, fmt.Appendf(nil, `{"data":{"t":"%d"}}`, time.Now().UnixNano()), metav1.PatchOptions{}); err != nil {
			return false, err
		}
		_, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "old=y", Limit: 2, Continue: first.Continue})
		if apierrors.IsResourceExpired(err) {
			errors.As(err, &status)
			return true, nil
		}
		return false, err
	})
	if err != nil {
		return err
	}
	rest, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "old=y", Continue: status.ErrStatus.ListMeta.Continue})
	if err != nil {
		return err
	}
	lists := 0
	p := pager.New(func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		if lists++; o.Continue != "" {
			o.Continue = first.Continue
		}
		return maps.List(ctx, o)
	})
	p.PageSize = 2
	all, _, err := p.List(ctx, metav1.ListOptions{LabelSelector: "old=y"})
	if err != nil {
		return err
	}
	return check.First(
		check.Equal("the rest, from the present", len(rest.Items), 4),
		check.Equal("lists of the pager", lists, 3),
		check.Equal("all", len(all.(*corev1.ConfigMapList).Items), 6),
	)
}

// A watch from a version that is gone, from the store and from the last events kept, tells so in its first event, and ends.
func (e expiry) watch(ctx context.Context) error {
	maps := e.client.CoreV1().ConfigMaps(e.namespace)
	old, err := maps.Get(ctx, "old-1", metav1.GetOptions{})
	if err != nil {
		return err
	}
	change := func(i int) error {
		_, err := maps.Patch(ctx, "old-0", types.MergePatchType, fmt.Appendf(nil, `{"data":{"n":"%d"}}`, i), metav1.PatchOptions{})
		return err
	}
	i := 0
	for ; i < 1500; i++ {
		if err = change(i); err != nil {
			return err
		}
	}
	return check.Eventually(ctx, "a watch that has expired", func() (bool, error) {
		i++
		if err := change(i); err != nil {
			return false, err
		}
		w, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: old.ResourceVersion})
		if err != nil {
			return false, err
		}
		defer w.Stop()
		event := <-w.ResultChan()
		if event.Type != watch.Error {
			return false, nil
		}
		_, more := <-w.ResultChan()
		expired := apierrors.IsResourceExpired(apierrors.FromObject(event.Object))
		return true, check.First(check.Equal("expired", expired, true), check.Equal("more events", more, false))
	})
}
