package main

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"kubernest.test/clients/check"
)

type elections struct {
	client    kubernetes.Interface
	namespace string
}

func (e elections) run(s *check.Steps) {
	s.Run("leader election", e.elect)
}

// The first candidate leads, keeps its lease while connections break, and hands over when it ends.
func (e elections) elect(ctx context.Context) error {
	leads := make(chan string, 4)
	candidate := func(ctx context.Context, name string) (*leaderelection.LeaderElector, error) {
		elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
			Lock: &resourcelock.LeaseLock{
				LeaseMeta:  metav1.ObjectMeta{Name: "leader", Namespace: e.namespace},
				Client:     e.client.CoordinationV1(),
				LockConfig: resourcelock.ResourceLockConfig{Identity: name},
			},
			LeaseDuration: 4 * time.Second, RenewDeadline: 3 * time.Second, RetryPeriod: 200 * time.Millisecond, ReleaseOnCancel: true,
			Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(context.Context) { leads <- name }, OnStoppedLeading: func() { leads <- name + " ended" }},
		})
		if err == nil {
			go elector.Run(ctx)
		}
		return elector, err
	}
	next := func() string {
		select {
		case name := <-leads:
			return name
		case <-ctx.Done():
			return "nobody"
		}
	}
	first, end := context.WithCancel(ctx)
	defer end()
	one, err := candidate(first, "one")
	if err = check.First(err, check.Equal("leader", next(), "one")); err != nil {
		return err
	}
	if _, err = candidate(ctx, "two"); err != nil {
		return err
	}
	lease := func() string {
		l, err := e.client.CoordinationV1().Leases(e.namespace).Get(ctx, "leader", metav1.GetOptions{})
		if err != nil {
			return err.Error()
		}
		return *l.Spec.HolderIdentity
	}
	if err = check.First(check.CutConnections(), one.Check(0)); err != nil {
		return err
	}
	err = check.Equal("holder", lease(), "one")
	end()
	return check.First(err,
		check.Equal("first", next(), "one ended"),
		check.Equal("second", next(), "two"),
		check.Equal("holder", lease(), "two"),
	)
}
