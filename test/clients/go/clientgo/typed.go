package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/pager"
	watchtools "k8s.io/client-go/tools/watch"
	"k8s.io/client-go/util/retry"
	"k8s.io/utils/ptr"

	"kubernest.test/clients/check"
)

type typed struct {
	client    kubernetes.Interface
	namespace string
	label     string
}

func (t typed) name(s string) string { return strings.ReplaceAll(t.label, " ", "-") + "-" + s }

func (t typed) run(s *check.Steps, suffix string) {
	s.Run("create"+suffix, t.create)
	s.Run("get"+suffix, t.get)
	s.Run("list"+suffix, t.list)
	s.Run("watch"+suffix, t.watch)
	s.Run("patch"+suffix, t.patch)
	s.Run("conflict"+suffix, t.conflict)
	s.Run("status and scale"+suffix, t.subresources)
	s.Run("errors"+suffix, t.errors)
	s.Run("delete"+suffix, t.delete)
}

func (t typed) configMap(name string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: t.name(name), Labels: map[string]string{"by": t.name("x")}}, Data: data}
}

func deployment(name string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: ptr.To[int32](2),
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "nginx:1.27"}}},
			},
		},
	}
}

func (t typed) create(ctx context.Context) error {
	maps := t.client.CoreV1().ConfigMaps(t.namespace)
	made, err := maps.Create(ctx, t.configMap("one", map[string]string{"a": "1"}), metav1.CreateOptions{FieldManager: "typed", FieldValidation: "Strict"})
	if err != nil {
		return err
	}
	generated, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{GenerateName: t.name("g-")}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	dry, err := maps.Create(ctx, t.configMap("dry", nil), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if err != nil {
		return err
	}
	_, gone := maps.Get(ctx, dry.Name, metav1.GetOptions{})
	d, err := t.client.AppsV1().Deployments(t.namespace).Create(ctx, deployment(t.name("web")), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return check.First(
		check.Equal("namespace", made.Namespace, t.namespace),
		check.Equal("manager", made.ManagedFields[0].Manager, "typed"),
		check.Equal("generated name's length", len(generated.Name), len(t.name("g-"))+5),
		check.Equal("dry run left nothing", apierrors.IsNotFound(gone), true),
		check.Equal("default strategy", d.Spec.Strategy.Type, appsv1.RollingUpdateDeploymentStrategyType),
		check.Equal("default surge", d.Spec.Strategy.RollingUpdate.MaxSurge.String(), "25%"),
		check.Equal("default pull policy", d.Spec.Template.Spec.Containers[0].ImagePullPolicy, corev1.PullIfNotPresent),
	)
}

func (t typed) get(ctx context.Context) error {
	got, err := t.client.CoreV1().ConfigMaps(t.namespace).Get(ctx, t.name("one"), metav1.GetOptions{})
	if err != nil {
		return err
	}
	deployments := t.client.AppsV1().Deployments(t.namespace)
	err = check.Eventually(ctx, "the deployment's replicas", func() (bool, error) {
		d, err := deployments.Get(ctx, t.name("web"), metav1.GetOptions{})
		return err == nil && d.Status.ReadyReplicas == 2 && d.Status.ObservedGeneration == d.Generation, err
	})
	return check.First(err, check.Equal("data", got.Data["a"], "1"))
}

func (t typed) list(ctx context.Context) error {
	maps := t.client.CoreV1().ConfigMaps(t.namespace)
	for i := range 7 {
		if _, err := maps.Create(ctx, t.configMap(fmt.Sprintf("page-%d", i), nil), metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	all := metav1.ListOptions{LabelSelector: "by=" + t.name("x")}
	var names, paged []string
	list, err := maps.List(ctx, all)
	if err != nil {
		return err
	}
	for _, m := range list.Items {
		names = append(names, m.Name)
	}
	pages := 0
	p := pager.New(func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		pages++
		page, err := maps.List(ctx, o)
		if err == nil && o.Continue == "" && page.Continue == "" {
			return nil, errors.New("the first page has no continue token")
		}
		return page, err
	})
	p.PageSize = 3
	err = p.EachListItem(ctx, all, func(o runtime.Object) error {
		paged = append(paged, o.(*corev1.ConfigMap).Name)
		return nil
	})
	one, failed := maps.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + t.name("page-3"), ResourceVersion: "0"})
	if err = check.First(err, failed); err != nil {
		return err
	}
	return check.First(
		check.Equal("items", len(names), 8),
		check.Equal("pages", pages, 3),
		check.Equal("the same in pages", strings.Join(paged, " "), strings.Join(names, " ")),
		check.Equal("by field", len(one.Items), 1),
	)
}

// A watcher that goes on from where it was sees every change once, in order, though the connection breaks between them.
func (t typed) watch(ctx context.Context) error {
	maps := t.client.CoreV1().ConfigMaps(t.namespace)
	list, err := maps.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	w, err := watchtools.NewRetryWatcherWithContext(ctx, list.ResourceVersion, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.FieldSelector = "metadata.name=" + t.name("watched")
			return maps.Watch(ctx, o)
		},
	})
	if err != nil {
		return err
	}
	defer w.Stop()
	next := func(want watch.EventType, value string) error {
		select {
		case e := <-w.ResultChan():
			m, ok := e.Object.(*corev1.ConfigMap)
			if !ok {
				return fmt.Errorf("a watch event with %#v", e.Object)
			}
			return check.First(check.Equal("event", e.Type, want), check.Equal("value", m.Data["n"], value))
		case <-ctx.Done():
			return fmt.Errorf("no event %s %s", want, value)
		}
	}
	m, err := maps.Create(ctx, t.configMap("watched", map[string]string{"n": "0"}), metav1.CreateOptions{})
	if err = check.First(err, next(watch.Added, "0")); err != nil {
		return err
	}
	for _, value := range []string{"1", "2"} {
		if err := check.CutConnections(); err != nil {
			return err
		}
		m.Data["n"] = value
		// The write's own connection may be the one that breaks.
		err := retry.OnError(retry.DefaultBackoff, func(err error) bool { return !apierrors.IsConflict(err) }, func() error {
			made, err := maps.Update(ctx, m, metav1.UpdateOptions{})
			if err == nil {
				m = made
			}
			return err
		})
		if err = check.First(err, next(watch.Modified, value)); err != nil {
			return err
		}
	}
	return check.First(maps.Delete(ctx, m.Name, metav1.DeleteOptions{}), next(watch.Deleted, "2"))
}

func (t typed) patch(ctx context.Context) error {
	maps := t.client.CoreV1().ConfigMaps(t.namespace)
	d := t.client.AppsV1().Deployments(t.namespace)
	if _, err := maps.Patch(ctx, t.name("one"), types.JSONPatchType, []byte(`[{"op":"test","path":"/data/a","value":"1"},{"op":"add","path":"/data/json","value":"y"}]`), metav1.PatchOptions{}); err != nil {
		return err
	}
	m, err := maps.Patch(ctx, t.name("one"), types.MergePatchType, []byte(`{"data":{"a":null,"merge":"y"}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	strategic, err := d.Patch(ctx, t.name("web"), types.StrategicMergePatchType, []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"busybox"}]}}}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	apply := fmt.Sprintf(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":%q},"data":{"apply":"y"}}`, t.name("one"))
	applied, err := maps.Patch(ctx, t.name("one"), types.ApplyPatchType, []byte(apply), metav1.PatchOptions{FieldManager: "patcher", Force: ptr.To(true)})
	if err != nil {
		return err
	}
	_, bad := maps.Patch(ctx, t.name("one"), types.JSONPatchType, []byte(`[{"op":"test","path":"/data/json","value":"no"}]`), metav1.PatchOptions{})
	return check.First(
		check.Equal("merged", fmt.Sprint(m.Data), "map[json:y merge:y]"),
		check.Equal("containers", len(strategic.Spec.Template.Spec.Containers), 2),
		check.Equal("applied", fmt.Sprint(applied.Data), "map[apply:y json:y merge:y]"),
		check.Equal("a failed test", apierrors.ReasonForError(bad), metav1.StatusReasonInvalid),
	)
}

func (t typed) conflict(ctx context.Context) error {
	maps := t.client.CoreV1().ConfigMaps(t.namespace)
	old, err := maps.Get(ctx, t.name("one"), metav1.GetOptions{})
	if err != nil {
		return err
	}
	fresh := old.DeepCopy()
	fresh.Data["x"] = "1"
	if _, err = maps.Update(ctx, fresh, metav1.UpdateOptions{}); err != nil {
		return err
	}
	old.Data["y"] = "2"
	if _, err = maps.Update(ctx, old, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		return fmt.Errorf("an update of an old version: %v", err)
	}
	tries := 0
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		m := old
		if tries++; tries > 1 {
			if m, err = maps.Get(ctx, t.name("one"), metav1.GetOptions{}); err != nil {
				return err
			}
		}
		m.Data["y"] = "2"
		_, err := maps.Update(ctx, m, metav1.UpdateOptions{})
		return err
	})
	got, failed := maps.Get(ctx, t.name("one"), metav1.GetOptions{})
	if err = check.First(err, failed); err != nil {
		return err
	}
	return check.First(check.Equal("tries", tries, 2), check.Equal("both changes", got.Data["x"]+got.Data["y"], "12"))
}

func (t typed) subresources(ctx context.Context) error {
	d := t.client.AppsV1().Deployments(t.namespace)
	var scaled *autoscalingv1.Scale
	// The deployment's controller writes too.
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		scale, err := d.GetScale(ctx, t.name("web"), metav1.GetOptions{})
		if err != nil {
			return err
		}
		scale.Spec.Replicas = 3
		scaled, err = d.UpdateScale(ctx, t.name("web"), scale, metav1.UpdateOptions{})
		return err
	})
	if err != nil {
		return err
	}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: t.name("node")}, Spec: corev1.NodeSpec{Unschedulable: true}}
	if node, err = t.client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{}); err != nil {
		return err
	}
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		n, err := t.client.CoreV1().Nodes().Get(ctx, t.name("node"), metav1.GetOptions{})
		if err != nil {
			return err
		}
		n.Spec.Unschedulable = false
		n.Status.NodeInfo.KernelVersion = "6.1"
		node, err = t.client.CoreV1().Nodes().UpdateStatus(ctx, n, metav1.UpdateOptions{})
		return err
	})
	return check.First(
		err,
		check.Equal("scaled", scaled.Spec.Replicas, 3),
		check.Equal("selector", scaled.Status.Selector, "app="+t.name("web")),
		check.Equal("status", node.Status.NodeInfo.KernelVersion, "6.1"),
		check.Equal("spec stays", node.Spec.Unschedulable, true),
		t.client.CoreV1().Nodes().Delete(ctx, node.Name, metav1.DeleteOptions{}),
	)
}

func (t typed) errors(ctx context.Context) error {
	maps := t.client.CoreV1().ConfigMaps(t.namespace)
	_, missing := maps.Get(ctx, "nope", metav1.GetOptions{})
	_, again := maps.Create(ctx, t.configMap("one", nil), metav1.CreateOptions{})
	bad := deployment(t.name("bad"))
	bad.Spec.Template.Spec.Containers[0].Name = "No Name"
	_, invalid := t.client.AppsV1().Deployments(t.namespace).Create(ctx, bad, metav1.CreateOptions{})
	_, expired := maps.List(ctx, metav1.ListOptions{ResourceVersion: "1", ResourceVersionMatch: metav1.ResourceVersionMatchExact, Continue: "x"})
	w, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: "1"})
	if err != nil && !apierrors.IsResourceExpired(err) {
		return err
	}
	if err == nil {
		w.Stop()
	}
	var status *apierrors.StatusError
	if !errors.As(invalid, &status) || len(status.ErrStatus.Details.Causes) == 0 {
		return fmt.Errorf("a bad container name: %v", invalid)
	}
	return check.First(
		check.Equal("missing", missing.Error(), `configmaps "nope" not found`),
		check.Equal("exists", apierrors.IsAlreadyExists(again), true),
		check.Equal("field", status.ErrStatus.Details.Causes[0].Field, "spec.template.spec.containers[0].name"),
		check.Equal("bad options", apierrors.IsInvalid(expired) || apierrors.IsBadRequest(expired), true),
	)
}

// Deletion in the foreground waits for the pods; the watch tells when the deployment is gone.
func (t typed) delete(ctx context.Context) error {
	d := t.client.AppsV1().Deployments(t.namespace)
	name := t.name("web")
	got, err := d.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	wrong := d.Delete(ctx, name, metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions("other")})
	w, err := d.Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + name, ResourceVersion: got.ResourceVersion})
	if err != nil {
		return err
	}
	defer w.Stop()
	options := metav1.DeleteOptions{PropagationPolicy: ptr.To(metav1.DeletePropagationForeground), Preconditions: metav1.NewUIDPreconditions(string(got.UID))}
	if err = d.Delete(ctx, name, options); err != nil {
		return err
	}
	_, err = watchtools.UntilWithoutRetry(ctx, w, func(e watch.Event) (bool, error) { return e.Type == watch.Deleted, nil })
	if err != nil {
		return fmt.Errorf("the deployment is not gone: %w", err)
	}
	pods, err := t.client.CoreV1().Pods(t.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=" + name})
	if err != nil {
		return err
	}
	maps := t.client.CoreV1().ConfigMaps(t.namespace)
	err = maps.DeleteCollection(ctx, metav1.DeleteOptions{GracePeriodSeconds: ptr.To[int64](0)}, metav1.ListOptions{LabelSelector: "by=" + t.name("x")})
	left, failed := maps.List(ctx, metav1.ListOptions{LabelSelector: "by=" + t.name("x")})
	_, gone := d.Get(ctx, name, metav1.GetOptions{})
	if err = check.First(err, failed); err != nil {
		return err
	}
	return check.First(
		check.Equal("another's uid", apierrors.IsConflict(wrong), true),
		check.Equal("gone", apierrors.IsNotFound(gone), true),
		check.Equal("pods left", len(pods.Items), 0),
		check.Equal("maps left", len(left.Items), 0),
	)
}
