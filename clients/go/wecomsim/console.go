package wecomsim

import (
	"context"
	"net/http"
)

// Console does what an administrator does in 管理后台, or a member in the WeCom app. These changes are delivered as
// callbacks.
//
// The rules of the API apply. A violation returns a [*ControlError] with its Errcode.
type Console struct{ transport *transport }

// Member has the fields of a member, named as in user/create. Nil fields and empty texts are not sent.
type Member struct {
	UserID           string         `json:"userid,omitempty"`
	NewUserID        string         `json:"new_userid,omitempty"`
	Name             string         `json:"name,omitempty"`
	Alias            *string        `json:"alias,omitempty"`
	Mobile           *string        `json:"mobile,omitempty"`
	Email            *string        `json:"email,omitempty"`
	BizMail          *string        `json:"biz_mail,omitempty"`
	Department       []int          `json:"department,omitzero"`
	Order            []int          `json:"order,omitzero"`
	IsLeaderInDept   []int          `json:"is_leader_in_dept,omitzero"`
	MainDepartment   *int           `json:"main_department,omitempty"`
	DirectLeader     []string       `json:"direct_leader,omitzero"`
	Position         *string        `json:"position,omitempty"`
	Gender           *string        `json:"gender,omitempty"`
	Telephone        *string        `json:"telephone,omitempty"`
	Address          *string        `json:"address,omitempty"`
	Enable           *int           `json:"enable,omitempty"`
	AvatarMediaID    *string        `json:"avatar_mediaid,omitempty"`
	Extattr          map[string]any `json:"extattr,omitzero"`
	ExternalProfile  map[string]any `json:"external_profile,omitzero"`
	ExternalPosition *string        `json:"external_position,omitempty"`
	ToInvite         *bool          `json:"to_invite,omitempty"`
	// Activated reports whether the member has logged in.
	Activated *bool `json:"activated,omitempty"`
}

// Department has the fields of a department, named as in department/create. Nil fields, empty texts and zeros are not sent.
type Department struct {
	ID       int     `json:"id,omitempty"`
	Name     string  `json:"name,omitempty"`
	NameEn   *string `json:"name_en,omitempty"`
	ParentID int     `json:"parentid,omitempty"`
	Order    *int    `json:"order,omitempty"`
}

// CallbackTarget is the callback URL of the contacts assistant (接收事件服务器), or of the app AgentID (接收消息).
type CallbackTarget struct {
	URL            string `json:"url"`
	Token          string `json:"token"`
	EncodingAESKey string `json:"encodingaeskey"`
	AgentID        int    `json:"agentid,omitempty"`
	// Unverified saves the URL without the verification request, which the real console always sends.
	Unverified bool `json:"-"`
}

// Visit is a visit to a login page by a member (UserID), or by a person from outside (OpenID).
type Visit struct {
	UserID         string `json:"userid,omitempty"`
	OpenID         string `json:"openid,omitempty"`
	ExternalUserID string `json:"external_userid,omitempty"`
	AgentID        int    `json:"agent_id,omitempty"`
	// Private reports whether the person consents to sensitive fields (snsapi_privateinfo).
	Private bool `json:"private,omitempty"`
}

// InvalidTagMembers has the members and departments that a tag did not take.
type InvalidTagMembers struct {
	InvalidList  []string `json:"invalidlist"`
	InvalidParty []int    `json:"invalidparty"`
}

// Legacy grants or removes the permissions from before 2022. A nil field stays unchanged.
type Legacy struct {
	Contacts  *bool `json:"contacts,omitempty"`
	App       *bool `json:"app,omitempty"`
	Callbacks *bool `json:"callbacks,omitempty"`
}

// Event is any event, with its elements.
type Event struct {
	Event    string         `json:"event"`
	Elements map[string]any `json:"elements,omitzero"`
	AgentID  int            `json:"agentid,omitempty"`
	From     string         `json:"from,omitempty"`
}

// Of returns a pointer to a value, for the optional fields of this package.
func Of[T any](value T) *T { return &value }

// perform performs an action by its name and decodes the reply.
func perform[T any](ctx context.Context, c *Console, action string, body any) (T, error) {
	return exchange[T](ctx, c.transport, call{method: http.MethodPost, path: "/_sim/console/" + action, body: body})
}

func (c *Console) do(ctx context.Context, action string, body any) error {
	_, err := perform[struct{}](ctx, c, action, body)
	return err
}

// CreateMember creates a member (添加成员) and returns the userid. Only Name is required.
func (c *Console) CreateMember(ctx context.Context, member Member) (string, error) {
	reply, err := perform[struct{ UserID string }](ctx, c, "create_member", member)
	return reply.UserID, err
}

// UpdateMember changes the member with this UserID (编辑成员).
func (c *Console) UpdateMember(ctx context.Context, member Member) error {
	return c.do(ctx, "update_member", member)
}

type userID struct {
	UserID string `json:"userid"`
}

// DeleteMember deletes a member (删除成员).
func (c *Console) DeleteMember(ctx context.Context, userid string) error {
	return c.do(ctx, "delete_member", userID{userid})
}

// ActivateMember lets a member log in for the first time (激活).
func (c *Console) ActivateMember(ctx context.Context, userid string) error {
	return c.do(ctx, "activate_member", userID{userid})
}

// MemberQuits lets a member leave the corp in the WeCom app (退出企业).
func (c *Console) MemberQuits(ctx context.Context, userid string) error {
	return c.do(ctx, "member_quits", userID{userid})
}

// MemberEditsProfile changes a member as the member does it in the WeCom app.
func (c *Console) MemberEditsProfile(ctx context.Context, member Member) error {
	return c.do(ctx, "member_edits_profile", member)
}

// CreateDepartment creates a department (添加部门) and returns its id. The parent defaults to the root.
func (c *Console) CreateDepartment(ctx context.Context, department Department) (int, error) {
	if department.ParentID == 0 {
		department.ParentID = 1
	}
	reply, err := perform[struct{ ID int }](ctx, c, "create_department", department)
	return reply.ID, err
}

// UpdateDepartment changes the department with this ID.
func (c *Console) UpdateDepartment(ctx context.Context, department Department) error {
	return c.do(ctx, "update_department", department)
}

// DeleteDepartment deletes an empty department.
func (c *Console) DeleteDepartment(ctx context.Context, id int) error {
	return c.do(ctx, "delete_department", map[string]int{"id": id})
}

// CreateTag creates a tag and returns its id.
func (c *Console) CreateTag(ctx context.Context, name string) (int, error) {
	reply, err := perform[struct{ TagID int }](ctx, c, "create_tag", map[string]string{"tagname": name})
	return reply.TagID, err
}

// RenameTag renames a tag.
func (c *Console) RenameTag(ctx context.Context, tagid int, name string) error {
	return c.do(ctx, "rename_tag", map[string]any{"tagid": tagid, "tagname": name})
}

// DeleteTag deletes a tag.
func (c *Console) DeleteTag(ctx context.Context, tagid int) error {
	return c.do(ctx, "delete_tag", map[string]int{"tagid": tagid})
}

// TagMembers has members and departments of a tag.
type TagMembers struct {
	UserList  []string `json:"userlist,omitzero"`
	PartyList []int    `json:"partylist,omitzero"`
}

type tagMove struct {
	TagID int `json:"tagid"`
	TagMembers
}

// AddTagMembers adds members and departments to a tag. It returns those that do not exist.
func (c *Console) AddTagMembers(ctx context.Context, tagid int, members TagMembers) (InvalidTagMembers, error) {
	return perform[InvalidTagMembers](ctx, c, "add_tag_members", tagMove{tagid, members})
}

// RemoveTagMembers removes members and departments from a tag. It returns those that do not exist.
func (c *Console) RemoveTagMembers(ctx context.Context, tagid int, members TagMembers) (InvalidTagMembers, error) {
	return perform[InvalidTagMembers](ctx, c, "remove_tag_members", tagMove{tagid, members})
}

// SetCallback saves a callback URL.
func (c *Console) SetCallback(ctx context.Context, target CallbackTarget) error {
	return c.do(ctx, "set_callback", struct {
		CallbackTarget
		Verify bool `json:"verify"`
	}{target, !target.Unverified})
}

type agent struct {
	AgentID int `json:"agentid,omitempty"`
}

// RemoveCallback removes the callback URL of the contacts assistant, or of an app. Agent 0 is the contacts assistant.
func (c *Console) RemoveCallback(ctx context.Context, agentid int) error {
	return c.do(ctx, "remove_callback", agent{agentid})
}

// SetPermission sets the permission of the contacts-sync secret (通讯录同步): "edit", "read" or "off".
func (c *Console) SetPermission(ctx context.Context, permission string) error {
	return c.do(ctx, "set_permission", map[string]string{"permission": permission})
}

// SetLegacy grants or removes the permissions from before 2022.
func (c *Console) SetLegacy(ctx context.Context, legacy Legacy) error {
	return c.do(ctx, "set_legacy", legacy)
}

// SetTrustedIPs sets the trusted IPs (可信IP) of the contacts-sync secret (agent 0), or of an app. Others get 60020.
func (c *Console) SetTrustedIPs(ctx context.Context, agentid int, ips ...string) error {
	return c.do(ctx, "set_trusted_ips", struct {
		agent
		IPs []string `json:"ips"`
	}{agent{agentid}, append([]string{}, ips...)})
}

// SetAppRange sets the visible range (可见范围) of an app. Agent 0 is the first app.
func (c *Console) SetAppRange(ctx context.Context, agentid int, visible Range) error {
	return c.do(ctx, "set_app_range", struct {
		agent
		Range
	}{agent{agentid}, visible})
}

// OAuthCode lets a person open a login page, and returns the code of the redirect.
func (c *Console) OAuthCode(ctx context.Context, visit Visit) (string, error) {
	reply, err := perform[struct{ Code string }](ctx, c, "oauth_code", visit)
	return reply.Code, err
}

// TFACode lets a member open the page of the second verification (二次验证), and returns the code.
func (c *Console) TFACode(ctx context.Context, userid string) (string, error) {
	reply, err := perform[struct{ Code string }](ctx, c, "tfa_code", userID{userid})
	return reply.Code, err
}

// OpenUserID returns the open_userid of a member, as another corp sees it.
func (c *Console) OpenUserID(ctx context.Context, userid string) (string, error) {
	reply, err := perform[struct {
		OpenUserID string `json:"open_userid"`
	}](ctx, c, "open_userid", userID{userid})
	return reply.OpenUserID, err
}

// Event sends any event with the given elements, and returns the id of the delivery.
func (c *Console) Event(ctx context.Context, event Event) (uint64, error) {
	reply, err := perform[struct{ ID uint64 }](ctx, c, "event", event)
	return reply.ID, err
}
