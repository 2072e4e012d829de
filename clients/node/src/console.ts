import type { Transport } from './transport.js';
import type {
  CallbackTarget,
  ChangedMember,
  DepartmentFields,
  InvalidTagMembers,
  NewMember,
  Range,
  TagMembers,
  Visit,
} from './types.js';

/**
 * What an administrator does in 管理后台, or a member in the WeCom app. These changes are delivered as callbacks.
 *
 * The rules of the API apply. A violation rejects with a `ControlError` that has the `errcode`.
 */
export class Console {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Performs an action by its name. The other methods cover all actions. */
  perform<T>(action: string, body: object): Promise<T> {
    return this.#transport.json<T>('POST', `/_sim/console/${encodeURIComponent(action)}`, { body });
  }

  /** Creates a member (添加成员) and returns the userid. */
  async createMember(member: NewMember): Promise<string> {
    return (await this.perform<{ userid: string }>('create_member', member)).userid;
  }

  /** Changes a member (编辑成员). */
  async updateMember(member: ChangedMember): Promise<void> {
    await this.perform('update_member', member);
  }

  /** Deletes a member (删除成员). */
  async deleteMember(userid: string): Promise<void> {
    await this.perform('delete_member', { userid });
  }

  /** Lets a member log in for the first time (激活). */
  async activateMember(userid: string): Promise<void> {
    await this.perform('activate_member', { userid });
  }

  /** Lets a member leave the corp in the WeCom app (退出企业). */
  async memberQuits(userid: string): Promise<void> {
    await this.perform('member_quits', { userid });
  }

  /** Changes a member as the member does it in the WeCom app. */
  async memberEditsProfile(member: ChangedMember): Promise<void> {
    await this.perform('member_edits_profile', member);
  }

  /** Creates a department (添加部门) and returns its id. The parent defaults to the root. */
  async createDepartment(department: DepartmentFields & { name: string }): Promise<number> {
    return (await this.perform<{ id: number }>('create_department', { parentid: 1, ...department })).id;
  }

  /** Changes a department. */
  async updateDepartment(department: DepartmentFields & { id: number }): Promise<void> {
    await this.perform('update_department', department);
  }

  /** Deletes an empty department. */
  async deleteDepartment(id: number): Promise<void> {
    await this.perform('delete_department', { id });
  }

  /** Creates a tag and returns its id. */
  async createTag(tagname: string, tagid?: number): Promise<number> {
    return (await this.perform<{ tagid: number }>('create_tag', { tagname, tagid })).tagid;
  }

  /** Renames a tag. */
  async renameTag(tagid: number, tagname: string): Promise<void> {
    await this.perform('rename_tag', { tagid, tagname });
  }

  /** Deletes a tag. */
  async deleteTag(tagid: number): Promise<void> {
    await this.perform('delete_tag', { tagid });
  }

  /** Adds members and departments to a tag. Returns those that do not exist. */
  addTagMembers(tagid: number, members: TagMembers): Promise<InvalidTagMembers> {
    return this.perform('add_tag_members', { tagid, ...members });
  }

  /** Removes members and departments from a tag. Returns those that do not exist. */
  removeTagMembers(tagid: number, members: TagMembers): Promise<InvalidTagMembers> {
    return this.perform('remove_tag_members', { tagid, ...members });
  }

  /** Saves a callback URL. */
  async setCallback(target: CallbackTarget): Promise<void> {
    await this.perform('set_callback', target);
  }

  /** Removes the callback URL of the contacts assistant, or of an app. */
  async removeCallback(agentid?: number): Promise<void> {
    await this.perform('remove_callback', { agentid });
  }

  /** Sets the permission of the contacts-sync secret (通讯录同步). */
  async setPermission(permission: 'edit' | 'read' | 'off'): Promise<void> {
    await this.perform('set_permission', { permission });
  }

  /** Grants or removes the permissions from before 2022. */
  async setLegacy(legacy: { contacts?: boolean; app?: boolean; callbacks?: boolean }): Promise<void> {
    await this.perform('set_legacy', legacy);
  }

  /** Sets the trusted IPs (可信IP) of the contacts-sync secret, or of an app. Others get 60020. */
  async setTrustedIps(ips: string[], agentid?: number): Promise<void> {
    await this.perform('set_trusted_ips', { ips, agentid });
  }

  /** Sets the visible range (可见范围) of an app. */
  async setAppRange(range: Range & { agentid?: number }): Promise<void> {
    await this.perform('set_app_range', range);
  }

  /** Lets a person open a login page, and returns the code of the redirect. */
  async oauthCode(visit: Visit): Promise<string> {
    return (await this.perform<{ code: string }>('oauth_code', visit)).code;
  }

  /** Lets a member open the page of the second verification (二次验证), and returns the code. */
  async tfaCode(userid: string): Promise<string> {
    return (await this.perform<{ code: string }>('tfa_code', { userid })).code;
  }

  /** Returns the open_userid of a member, as another corp sees it. */
  async openUserid(userid: string, agent_id?: number): Promise<string> {
    return (await this.perform<{ open_userid: string }>('open_userid', { userid, agent_id })).open_userid;
  }

  /** Sends any event with the given elements, and returns the id of the delivery. */
  async event(
    event: string,
    elements: Record<string, unknown> = {},
    options: { agentid?: number; from?: string } = {},
  ): Promise<number> {
    return (await this.perform<{ id: number }>('event', { event, elements, ...options })).id;
  }
}
