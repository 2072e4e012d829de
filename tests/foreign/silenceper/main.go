// Every contacts call that silenceper/wechat has, against `txl sim`.
//
// Takes the simulator's ready line from TXL_SIM_READY, prints one line a call, and ends with 0 only if every answer is
// what the simulated corp must give. The SDK writes each field of a request, the empty ones too; none of it is bent here,
// only the address that it hard-codes.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/util"
	"github.com/silenceper/wechat/v2/work"
	"github.com/silenceper/wechat/v2/work/addresslist"
	"github.com/silenceper/wechat/v2/work/config"
)

type ready struct {
	URL            string `json:"url"`
	CorpID         string `json:"corp_id"`
	ContactsSecret string `json:"contacts_secret"`
	AppSecret      string `json:"app_secret"`
}

// toSim sends every request to the simulator instead of the hard-coded host.
type toSim struct{ sim *url.URL }

func (t toSim) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.URL.Scheme, request.URL.Host = t.sim.Scheme, t.sim.Host
	return http.DefaultTransport.RoundTrip(request)
}

var failed bool

func check(call string, err error, holds bool, seen any) {
	if err == nil && holds {
		fmt.Println("ok", call)
		return
	}
	failed = true
	fmt.Printf("FAILED %s: %v %+v\n", call, err, seen)
}

func refused(call string, err error, code int64) {
	var refusal *util.CommonError
	if errors.As(err, &refusal) && refusal.ErrCode == code {
		fmt.Println("ok", call)
		return
	}
	failed = true
	fmt.Printf("FAILED %s: %v\n", call, err)
}

func main() {
	var sim ready
	if err := json.Unmarshal([]byte(os.Getenv("TXL_SIM_READY")), &sim); err != nil {
		panic(err)
	}
	address, err := url.Parse(sim.URL)
	if err != nil {
		panic(err)
	}
	util.DefaultHTTPClient = &http.Client{Transport: toSim{address}}
	client := func(secret string) *addresslist.Client {
		return work.NewWork(&config.Config{CorpID: sim.CorpID, CorpSecret: secret, Cache: cache.NewMemory()}).GetAddressList()
	}
	contacts, app := client(sim.ContactsSecret), client(sim.AppSecret)

	made, err := contacts.DepartmentCreate(&addresslist.DepartmentCreateRequest{Name: "外部测试部", NameEn: "Foreign", ParentID: 1, Order: 9})
	check("DepartmentCreate", err, made != nil && made.ID > 1, made)
	dept := made.ID
	err = contacts.DepartmentUpdate(&addresslist.DepartmentUpdateRequest{ID: dept, Name: "外部测试一部"})
	check("DepartmentUpdate", err, true, nil)
	ids, err := contacts.DepartmentSimpleList(dept)
	check("DepartmentSimpleList", err, len(ids) == 1 && ids[0].ID == dept && ids[0].ParentID == 1 && ids[0].Order == 9, ids)
	all, err := app.DepartmentList()
	has := func(one *addresslist.Department) bool { return one.ID == dept && one.Name == "外部测试一部" }
	check("DepartmentList", err, slices.ContainsFunc(all, has), all)
	under, err := app.DepartmentListByID(dept)
	check("DepartmentListByID", err, len(under) == 1, under)
	one, err := app.DepartmentGet(dept)
	check("DepartmentGet", err, one != nil && one.Name == "外部测试一部" && one.ParentID == 1, one)

	_, err = contacts.UserCreate(&addresslist.UserCreateRequest{
		UserID: "go.sun", Name: "孙外测", Mobile: "13900008001", Department: []int{dept}, Order: []int{3},
		IsLeaderInDept: []int{1}, Position: "组长", MainDepartment: dept,
	})
	check("UserCreate", err, true, nil)
	member, err := app.UserGet("go.sun")
	check("UserGet", err, member != nil && member.Name == "孙外测" && slices.Equal(member.Department, []int{dept}) &&
		slices.Equal(member.IsLeaderInDept, []int{1}) && member.Position == "组长", member)
	err = contacts.UserUpdate(&addresslist.UserUpdateRequest{
		UserID: "go.sun", Name: "孙外测", Mobile: "13900008001", Department: []int{dept}, Order: []int{4}, Position: "经理",
		IsLeaderInDept: []int{1}, MainDepartment: dept, Enable: 1,
	})
	check("UserUpdate", err, true, nil)
	member, err = app.UserGet("GO.SUN")
	check("UserGet after update", err, member != nil && member.Position == "经理" && member.UserID == "go.sun", member)
	listed, err := app.UserSimpleList(dept)
	check("UserSimpleList", err, len(listed) == 1 && listed[0].UserID == "go.sun", listed)
	page, err := contacts.UserListID(&addresslist.UserListIDRequest{Limit: 10000})
	inDept := func(pair *addresslist.DeptUser) bool { return pair.UserID == "go.sun" && pair.Department == dept }
	check("UserListID", err, page != nil && slices.ContainsFunc(page.DeptUser, inDept), page)
	openID, err := app.ConvertToOpenID("zhangsan")
	check("ConvertToOpenID", err, openID != "", openID)
	userID, err := app.ConvertToUserID(openID)
	check("ConvertToUserID", err, userID == "zhangsan", userID)
	_, err = app.UserGet("go.nobody")
	refused("UserGet, nobody", err, 60111)

	tag, err := contacts.CreateTag(&addresslist.CreateTagRequest{TagName: "外部测试组", TagID: 7711})
	check("CreateTag", err, tag != nil && tag.TagID == 7711, tag)
	err = contacts.UpdateTag(&addresslist.UpdateTagRequest{TagID: 7711, TagName: "外部测试二组"})
	check("UpdateTag", err, true, nil)
	added, err := contacts.AddTagUsers(&addresslist.AddTagUsersRequest{TagID: 7711, UserList: []string{"go.sun", "ghost", "nobody"}, PartyList: []int{dept, 99999}})
	check("AddTagUsers", err, added != nil && added.InvalidList == "ghost|nobody" && slices.Equal(added.InvalidParty, []int{99999}), added)
	seen, err := app.GetTag(7711)
	check("GetTag", err, seen != nil && len(seen.UserList) == 1 && slices.Equal(seen.PartyList, []int{dept}), seen)
	removed, err := contacts.DelTagUsers(&addresslist.DelTagUsersRequest{TagID: 7711, UserList: []string{"go.sun"}, PartyList: []int{dept}})
	check("DelTagUsers", err, removed != nil && removed.InvalidList == "", removed)
	tags, err := contacts.ListTag()
	check("ListTag", err, tags != nil && slices.Contains(tags.TagList, addresslist.Tag{TagID: 7711, TagName: "外部测试二组"}), tags)
	check("DeleteTag", contacts.DeleteTag(7711), true, nil)

	perm, err := app.GetPermList()
	check("GetPermList", err, perm != nil && len(perm.UserIDs)+len(perm.DepartmentIDs) > 0, perm)
	if perm != nil && len(perm.DepartmentIDs) > 0 {
		linked, err := app.LinkedCorpDepartmentList(&addresslist.LinkedCorpDepartmentListRequest{DepartmentID: perm.DepartmentIDs[0]})
		check("LinkedCorpDepartmentList", err, linked != nil && len(linked.DepartmentList) > 0, linked)
		simple, err := app.LinkedCorpSimpleList(&addresslist.LinkedCorpSimpleListRequest{DepartmentID: perm.DepartmentIDs[0]})
		check("LinkedCorpSimpleList", err, simple != nil && len(simple.Userlist) > 0, simple)
		full, err := app.LinkedCorpUserList(&addresslist.LinkedCorpUserListRequest{DepartmentID: perm.DepartmentIDs[0]})
		check("LinkedCorpUserList", err, full != nil && len(full.UserList) > 0, full)
	}
	if perm != nil && len(perm.UserIDs) > 0 {
		linked, err := app.GetLinkedCorpUser(&addresslist.GetLinkedCorpUserRequest{UserID: perm.UserIDs[0]})
		check("GetLinkedCorpUser", err, linked != nil && linked.UserInfo.Name != "", linked)
	}

	_, err = contacts.UserDelete("go.sun")
	check("UserDelete", err, true, nil)
	check("DepartmentDelete", contacts.DepartmentDelete(dept), true, nil)
	refused("DepartmentDelete, root", contacts.DepartmentDelete(1), 60005)
	if failed {
		os.Exit(1)
	}
}
