"""What an operator is told about config.toml. Reasons only: section, key and example stand around them."""

PHRASES = {
    "settings.no_file": (
        "找不到配置文件。先复制一份示例再填写",
        "There is no such config file. Copy the example and fill it in",
    ),
    "settings.unreadable_file": ("读不了这个文件：{reason}", "The file cannot be read: {reason}"),
    "settings.not_utf8": ("文件不是 UTF-8 编码，请另存为 UTF-8", "The file is not UTF-8; save it as UTF-8"),
    "settings.not_toml": ("第 {line} 行不是合法的 TOML：{reason}", "Line {line} is not TOML: {reason}"),
    "settings.missing": ("缺少这一项", "This key is missing"),
    "settings.missing_section": ("缺少这一节", "This section is missing"),
    "settings.unknown_key": ("没有“{name}”这个配置项，可能是拼写错误", "There is no key “{name}”; perhaps a typing mistake"),
    "settings.unknown_section": ("没有“{name}”这一节，可能是拼写错误", "There is no section “{name}”; perhaps a typing mistake"),
    "settings.not_text": ("应为带引号的文字", "Must be text in quotes"),
    "settings.not_number": ("应为数字", "Must be a number"),
    "settings.not_bool": ("应为 true 或 false", "Must be true or false"),
    "settings.not_list": ("应为列表 [ … ]", "Must be a list [ … ]"),
    "settings.not_table": ("应为一节配置，而不是单个值", "Must be a section, not a single value"),
    "settings.not_one_of": ("只能是 {expected}", "Must be one of {expected}"),
    "settings.at_least": ("不能小于 {ge}", "Must be at least {ge}"),
    "settings.more_than": ("必须大于 {gt}", "Must be more than {gt}"),
    "settings.at_most": ("不能大于 {le}", "Must be at most {le}"),
    "settings.less_than": ("必须小于 {lt}", "Must be less than {lt}"),
    "settings.too_few": ("至少要 {min_length} 项", "Needs at least {min_length}"),
    "settings.too_many": ("最多 {max_length} 项", "At most {max_length}"),
    "settings.too_long": ("最多 {max_length} 个字符", "At most {max_length} characters"),
    "settings.other": ("值不对（{kind}）", "Not a usable value ({kind})"),
    "settings.empty": ("不能为空", "Must not be empty"),
    "settings.token": (
        "应为 1 到 32 位字母或数字：应用管理 → 应用 → 接收消息 → Token",
        "Must be 1 to 32 letters or digits: console, App management > app > Receive messages > Token",
    ),
    "settings.aes_key": (
        "应为 43 位的 base64：应用管理 → 应用 → 接收消息 → EncodingAESKey",
        "Must be 43 characters of base64: console, App management > app > Receive messages > EncodingAESKey",
    ),
    "settings.corp_id": (
        "不是企业 ID（以 ww 开头）：我的企业 → 企业信息 → 企业 ID",
        "Not a CorpID (it starts with ww): console, My company > Company info > Company ID",
    ),
    "settings.open_kfid": (
        "不是客服账号 ID（以 wk 开头）：微信客服 → 客服账号",
        "Not a kf account id (it starts with wk): console, WeChat customer service > Accounts",
    ),
    "settings.scene": ("应为 1 到 32 位字母、数字、_ 或 -", "Must be 1 to 32 letters, digits, _ or -"),
    "settings.api_address": ("不是可用的接口地址", "Not a usable API address"),
    "settings.api_plain_http": (
        "只有本机地址（127.0.0.1、localhost）可以用 http，其他必须用 https",
        "Plain http is only for this machine (127.0.0.1, localhost); anything else needs https",
    ),
    "settings.clock_address": (
        "演练时钟只能是本机仿真环境的地址（http://127.0.0.1:端口/_sandbox/clock）",
        "The practice clock must be that of a look-alike on this machine (http://127.0.0.1:port/_sandbox/clock)",
    ),
    "settings.practice_apart": (
        "写了 clock_url，[wecom] api_base_url 就必须也是本机的仿真环境；连真企业时请删掉这一节",
        "With clock_url, [wecom] api_base_url must be the look-alike on this machine too; remove this section for a real corp",
    ),
    "settings.database_url": (
        "应为 sqlite+aiosqlite:///文件 或 postgresql+asyncpg://用户:密码@主机/库",
        "Must be sqlite+aiosqlite:///file or postgresql+asyncpg://user:password@host/database",
    ),
    "settings.zone": ("没有“{name}”这个时区", "There is no time zone “{name}”"),
    "settings.clock_time": ("应为 00:00 到 23:59 的时刻", "Must be a time of day, 00:00 to 23:59"),
    "settings.privacy_key": (
        "应为 32 个随机字节的 base64：openssl rand -base64 32",
        "Must be base64 of 32 random bytes: openssl rand -base64 32",
    ),
    "settings.privacy_twice": ("key 和 key_file 只能写一个", "Give key or key_file, not both"),
    "settings.key_unwritable": (
        "没有配置隐私密钥，也不能写入 {file}：{reason}",
        "No privacy key is configured and {file} cannot be written: {reason}",
    ),
    "settings.key_unreadable": ("读不了密钥文件 {file}：{reason}", "The key file {file} cannot be read: {reason}"),
    "settings.key_damaged": (
        "密钥文件 {file} 已损坏，请从备份恢复；没有它就解不开已加密的手机号",
        "The key file {file} is damaged; restore it from a backup, phones sealed with it cannot be opened otherwise",
    ),
    "settings.aibot_missing": ("{mode} 模式还需要：{keys}", "Mode {mode} also needs: {keys}"),
    "settings.socket_address": (
        "应为 wss://主机[:端口][/路径]，不带用户名和参数",
        "Must be wss://host[:port][/path], without user name or parameters",
    ),
    "settings.socket_plain": (
        "不加密的 ws:// 只能用于本机（仿真环境）",
        "Plain ws:// is allowed for this machine only (the sandbox)",
    ),
    "settings.ingest_secret": (
        "secret 或 secrets（最多两个，轮换用）二选一",
        "Give secret, or secrets (at most two, for rotation)",
    ),
    "settings.source_name": (
        "来源名只能用小写字母、数字、_ 或 -：{names}",
        "A source's name is made of lower-case letters, digits, _ or -: {names}",
    ),
    "settings.quota_position": ("没有这个岗位：{names}。岗位有：{known}", "No such position: {names}. Known: {known}"),
    "settings.tag_group": ("标签组名为 1 到 15 个字", "A tag group's name has 1 to 15 characters"),
    "settings.rule_name": ("规则名为字母、数字、_ 或 -", "A rule's name is made of letters, digits, _ or -"),
    "settings.rule_twice": ("规则重名：{names}", "Two rules are called: {names}"),
    "settings.rule_syntax": (
        "条件“{text}”看不懂，应为“事实 运算符 值”，运算符有 = != < <= > >=",
        "Cannot read the condition “{text}”; write “fact operator value”, operators are = != < <= > >=",
    ),
    "settings.rule_fact": ("没有“{name}”这个事实，有：{known}", "There is no fact “{name}”; known: {known}"),
    "settings.rule_value": (
        "“{name}”不是数字，也不是训练营的设置，有：{known}",
        "“{name}” is neither a number nor a camp setting; known: {known}",
    ),
    "settings.rule_move": ("不能移到“{name}”，可以是：{known}", "Cannot move to “{name}”; possible: {known}"),
    "settings.rule_moment": ("没有“{name}”这个时点，有：{known}", "There is no moment “{name}”; known: {known}"),
    "settings.variable_json": (
        "这个环境变量看不懂：列表和整节要写成 JSON",
        "This variable cannot be read: lists and whole sections are written as JSON",
    ),
}
