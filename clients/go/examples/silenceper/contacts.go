// Package contacts is a small program that uses github.com/silenceper/wechat: it reads the members of a corp.
package contacts

import (
	"errors"
	"time"

	"github.com/silenceper/wechat/v2/util"
	"github.com/silenceper/wechat/v2/work/addresslist"
)

// busy is 系统繁忙: the call was not executed and can be repeated.
const busy = -1

const attempts = 3

// Reader reads the members that an app sees.
type Reader struct {
	Client *addresslist.Client
	// Sleep waits before a call is repeated. Nil means time.Sleep.
	Sleep func(time.Duration)
}

// Names returns the names of all members by userid.
func (r Reader) Names() (map[string]string, error) {
	names := map[string]string{}
	departments, err := repeated(r, r.Client.DepartmentList)
	if err != nil {
		return nil, err
	}
	for _, department := range departments {
		members, err := repeated(r, func() ([]*addresslist.UserList, error) {
			return r.Client.UserSimpleList(department.ID)
		})
		if err != nil {
			return nil, err
		}
		for _, member := range members {
			names[member.UserID] = member.Name
		}
	}
	return names, nil
}

// repeated repeats a call while WeCom is busy.
func repeated[T any](r Reader, call func() (T, error)) (T, error) {
	sleep := r.Sleep
	if sleep == nil {
		sleep = time.Sleep
	}
	for attempt := 1; ; attempt++ {
		result, err := call()
		var refusal *util.CommonError
		if !errors.As(err, &refusal) || refusal.ErrCode != busy || attempt == attempts {
			return result, err
		}
		sleep(time.Second << attempt)
	}
}
