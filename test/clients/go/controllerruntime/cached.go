package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"kubernest.test/clients/check"
)

// cached uses what a manager gives: a cache with an index, and a reconciler of deployments that own a config map each.
type cached struct{}

func (h cached) run(s *check.Steps) {
	s.Run("cache", func(ctx context.Context) error { return h.cache(ctx, s) })
	s.Run("manager", func(ctx context.Context) error { return h.manager(ctx, s) })
}

func (cached) cache(ctx context.Context, s *check.Steps) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c, err := client.New(s.Config, client.Options{Scheme: scheme.Scheme})
	if err != nil {
		return err
	}
	objects, err := cache.New(s.Config, cache.Options{Scheme: scheme.Scheme, DefaultNamespaces: map[string]cache.Config{s.Namespace: {}}})
	if err != nil {
		return err
	}
	byType := func(o client.Object) []string { return []string{string(o.(*corev1.Secret).Type)} }
	if err = objects.IndexField(ctx, &corev1.Secret{}, "type", byType); err != nil {
		return err
	}
	go func() { _ = objects.Start(ctx) }()
	if !objects.WaitForCacheSync(ctx) {
		return fmt.Errorf("the cache has not started")
	}
	for i := range 3 {
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.Namespace, Name: fmt.Sprintf("cached-%d", i)}, Type: "example.com/cached"}
		if err = c.Create(ctx, secret); err != nil {
			return err
		}
	}
	count := func(want int) func() (bool, error) {
		return func() (bool, error) {
			var list corev1.SecretList
			err := objects.List(ctx, &list, client.MatchingFields{"type": "example.com/cached"})
			return len(list.Items) == want, err
		}
	}
	if err = check.First(check.Eventually(ctx, "three secrets", count(3)), check.CutConnections()); err != nil {
		return err
	}
	gone := func() (bool, error) {
		err := c.DeleteAllOf(ctx, &corev1.Secret{}, client.InNamespace(s.Namespace), client.MatchingFields{"type": "example.com/cached"})
		return err == nil, nil
	}
	return check.First(check.Eventually(ctx, "the deletion", gone), check.Eventually(ctx, "no secrets", count(0)))
}

type reconciler struct{ client.Client }

func (r reconciler) Reconcile(ctx context.Context, q ctrl.Request) (ctrl.Result, error) {
	var d appsv1.Deployment
	if err := r.Get(ctx, q.NamespacedName, &d); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	m := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: d.Namespace, Name: d.Name}}
	_, err := controllerutil.CreateOrUpdate(ctx, r.Client, m, func() error {
		m.Data = map[string]string{"generation": fmt.Sprint(d.Generation)}
		return controllerutil.SetControllerReference(&d, m, r.Scheme())
	})
	return ctrl.Result{}, err
}

// The reconciler follows its deployment, mends what it owns, and the garbage collector takes that away in the end.
func (cached) manager(ctx context.Context, s *check.Steps) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m, err := ctrl.NewManager(s.Config, ctrl.Options{
		Scheme:           scheme.Scheme,
		Metrics:          metricsserver.Options{BindAddress: "0"},
		LeaderElection:   true,
		LeaderElectionID: "clients.kubernest.test", LeaderElectionNamespace: s.Namespace,
		LeaderElectionReleaseOnCancel: true,
		Cache:                         cache.Options{DefaultNamespaces: map[string]cache.Config{s.Namespace: {}}},
	})
	if err != nil {
		return err
	}
	if err = ctrl.NewControllerManagedBy(m).For(&appsv1.Deployment{}).Owns(&corev1.ConfigMap{}).Complete(reconciler{m.GetClient()}); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- m.Start(ctx) }()
	c, err := client.New(s.Config, client.Options{Scheme: scheme.Scheme})
	if err != nil {
		return err
	}
	d := deployment(s.Namespace, "managed")
	if err = c.Create(ctx, d); err != nil {
		return err
	}
	owned := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.Namespace, Name: "managed"}}
	says := func(generation string) func() (bool, error) {
		return func() (bool, error) {
			err := c.Get(ctx, client.ObjectKeyFromObject(owned), owned)
			return err == nil && owned.Data["generation"] == generation, client.IgnoreNotFound(err)
		}
	}
	if err = check.Eventually(ctx, "the owned object", says("1")); err != nil {
		return err
	}
	before := d.DeepCopy()
	d.Spec.Template.Spec.Containers[0].Image = "nginx:2"
	if err = c.Patch(ctx, d, client.StrategicMergeFrom(before)); err != nil {
		return err
	}
	if err = check.Eventually(ctx, "the next generation", says("2")); err != nil {
		return err
	}
	owned.Data = nil
	if err = check.First(c.Update(ctx, owned), check.Eventually(ctx, "the owned object mended", says("2"))); err != nil {
		return err
	}
	if err = c.Delete(ctx, d); err != nil {
		return err
	}
	err = check.Eventually(ctx, "the owned object gone", func() (bool, error) {
		err := c.Get(ctx, client.ObjectKeyFromObject(owned), owned)
		return err != nil && client.IgnoreNotFound(err) == nil, nil
	})
	cancel()
	return check.First(err, <-ended)
}
