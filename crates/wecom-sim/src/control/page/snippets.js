// Code for each library, with the values of this simulator. `override` says how the library gets another base URL:
// `option` (a setting), `subclass` (its token call has a fixed address), or `none` (nothing to set).

/** The call of the examples: the contacts-sync secret reads ids, an app reads a member. */
const path = (isContacts) => (isContacts ? 'department/simplelist' : 'user/get?userid=lisi');

const curl = {
  id: 'curl',
  title: 'curl',
  override: 'none',
  code: ({ url, corpId, secret, isContacts }) => `SIM=${url}
TOKEN=$(curl -s "$SIM/cgi-bin/gettoken?corpid=${corpId}&corpsecret=${secret}" | jq -r .access_token)
curl -s "$SIM/cgi-bin/${path(isContacts)}${isContacts ? '?' : '&'}access_token=$TOKEN"`,
};

const rust = {
  id: 'wecom-contacts',
  title: 'wecom-contacts (Rust)',
  override: 'option',
  code: ({ url, corpId, secret, agentId, isContacts }) => `use wecom_contacts::{Client, Secret};

let secret = ${isContacts ? `Secret::contacts_sync("${secret}")` : `Secret::app(${agentId}, "${secret}")`};
let client = Client::builder("${corpId}", secret).base_url("${url}").build()?;
${isContacts ? 'let departments = client.departments().list_ids().await?;' : 'let member = client.members().get("lisi").await?;'}`,
};

const wechatpy = {
  id: 'wechatpy',
  title: 'wechatpy (Python)',
  override: 'subclass',
  code: ({ url, corpId, secret, isContacts }) => `from wechatpy.enterprise import WeChatClient

API = "${url}/cgi-bin/"

class SimClient(WeChatClient):
    API_BASE_URL = API

    def fetch_access_token(self):  # the address in wechatpy is fixed
        return self._fetch_access_token(
            url=API + "gettoken", params={"corpid": self.corp_id, "corpsecret": self.secret}
        )

client = SimClient("${corpId}", "${secret}")
print(${isContacts ? 'client.get("department/simplelist")' : 'client.user.get("lisi")'})`,
};

const powerWeChat = {
  id: 'PowerWeChat',
  title: 'PowerWeChat (Go)',
  override: 'option',
  code: ({ url, corpId, secret, agentId, isContacts }) => `import (
	"context"

	"github.com/ArtisanCloud/PowerWeChat/v3/src/work"
)

app, err := work.NewWork(&work.UserConfig{
	CorpID:  "${corpId}",
	AgentID: ${agentId},
	Secret:  "${secret}",
	OAuth:   work.OAuth{Callback: "${url}/oauth"}, // NewWork needs one
	Http:    work.Http{BaseURI: "${url}/"}, // with the slash at the end
})
reply, err := ${isContacts ? 'app.Department.SimpleList(context.Background(), 1)' : 'app.User.Get(context.Background(), "lisi")'}`,
};

const goWorkwx = {
  id: 'go-workwx',
  title: 'go-workwx (Go)',
  override: 'option',
  code: ({ url, corpId, secret, agentId, isContacts }) => `import "github.com/xen0n/go-workwx"

client := workwx.New("${corpId}", workwx.WithQYAPIHost("${url}"))
app := client.WithApp("${secret}", ${agentId})
${isContacts ? 'departments, err := app.ListAllDepts() // needs the permissions from before 2022: txl sim --legacy' : 'member, err := app.GetUser("lisi")'}`,
};

const wxJava = {
  id: 'WxJava',
  title: 'WxJava (Java)',
  override: 'option',
  code: ({ url, corpId, secret, agentId, isContacts }) => `WxCpDefaultConfigImpl config = new WxCpDefaultConfigImpl();
config.setBaseApiUrl("${url}"); // without a slash at the end
config.setCorpId("${corpId}");
config.setCorpSecret("${secret}");
config.setAgentId(${agentId});
WxCpService service = new WxCpServiceImpl();
service.setWxCpConfigStorage(config);
${isContacts ? 'String reply = service.get(config.getApiUrl("/cgi-bin/department/simplelist"), null);' : 'WxCpUser member = service.getUserService().getById("lisi");'}`,
};

const easywechat = {
  id: 'easywechat',
  title: 'easywechat (PHP)',
  override: 'option',
  code: ({ url, corpId, secret, isContacts }) => `use EasyWeChat\\Work\\Application;

$app = new Application([
    'corp_id' => '${corpId}',
    'secret' => '${secret}',
    'token' => '',
    'aes_key' => '',
    'http' => ['base_uri' => '${url}/'],
]);
$reply = $app->getClient()->get('/cgi-bin/${path(isContacts)}')->toArray();`,
};

const skit = {
  id: 'SKIT',
  title: 'SKIT.FlurlHttpClient.Wechat.Work (C#)',
  override: 'option',
  code: ({ url, corpId, secret, agentId, isContacts }) => `using SKIT.FlurlHttpClient.Wechat.Work;
using SKIT.FlurlHttpClient.Wechat.Work.Models;

var options = new WechatWorkClientOptions()
{
    Endpoint = "${url}", // Endpoints in version 2
    CorpId = "${corpId}",
    AgentId = ${agentId},
    AgentSecret = "${secret}"
};
var client = WechatWorkClientBuilder.Create(options).Build();
var token = await client.ExecuteCgibinGetTokenAsync(new CgibinGetTokenRequest());
${isContacts
    ? 'var reply = await client.ExecuteCgibinDepartmentSimpleListAsync(\n    new CgibinDepartmentSimpleListRequest() { AccessToken = token.AccessToken });'
    : 'var reply = await client.ExecuteCgibinUserGetAsync(\n    new CgibinUserGetRequest() { AccessToken = token.AccessToken, UserId = "lisi" });'}`,
};

export const SNIPPETS = [curl, wechatpy, powerWeChat, goWorkwx, wxJava, easywechat, skit, rust];
