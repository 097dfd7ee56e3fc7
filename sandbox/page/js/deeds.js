// What people do on their phones, in the words of the control side.
import { post } from "./server.js";

const idOf = (chat) => chat.chat.slice(chat.chat.indexOf(":") + 1);

// `media` is {} or one of {image|file|voice|video: {name, base64}}.
export function say(me, look, chat, text, media) {
  const said = text ? { text, ...media } : media;
  if (chat.kind === "kf") return post("/kf/say", { external_userid: me.id, open_kfid: idOf(chat), ...said });
  if (chat.kind === "contact") return post("/contact/say", { from: me.id, to: idOf(chat), ...said });
  if (chat.kind === "group") return post(`/groups/${encodeURIComponent(idOf(chat))}/say`, { who: me.id, ...said });
  if (chat.kind === "aibot") return post("/aibot/say", { userid: me.id, ...said });
  if (chat.kind === "room") return sayInRoom(me, chat, text, said);
  return post("/app/say", { userid: me.id, ...said });
}

// Opening the app or the robot is an event of its own (enter_agent, enter_chat); nobody minds if it is not heard.
export function enter(userid, chat) {
  const path = { app: "/app/enter", aibot: "/aibot/enter" }[chat];
  if (path) post(path, { userid }).catch(() => undefined);
}

// Only what mentions the robot reaches it; the rest stays among the members.
function sayInRoom(me, chat, text, said) {
  const room = idOf(chat);
  if (chat.robot && text.includes(`@${chat.robot}`)) return post("/aibot/say", { userid: me.id, room, ...said });
  return post(`/rooms/${encodeURIComponent(room)}/say`, { userid: me.id, ...said });
}

export function click(userid, bubble, key, selected) {
  const asked = { userid, task_id: bubble.task_id, key, ...(Object.keys(selected).length ? { selected } : {}) };
  if (bubble.chat === "app") return post("/app/click", asked);
  const room = bubble.chat && bubble.chat.startsWith("room:") ? { room: bubble.chat.slice(5) } : {};
  return post("/aibot/click", { ...asked, ...room });
}

export function tapMenu(external_userid, bubble, item) {
  const open_kfid = String(bubble.chat || "").replace(/^kf:/, "");
  return post("/kf/say", { external_userid, menu_id: item.id, ...(open_kfid ? { open_kfid } : {}) });
}

export const sendMass = (userid, msgid, only) => post(`/mass/${encodeURIComponent(msgid)}/send`, { userid, ...(only ? { only } : {}) });
export const enterDesk = (external_userid, where) => post("/kf/enter", { external_userid, ...where });
export const scan = (external_userid, what) => post("/scan", { external_userid, ...what });
export const addTeacher = (external_userid, userid, state) => post("/follow", { external_userid, userid, state });
export const dropTeacher = (external_userid, userid, by) => post("/unfollow", { external_userid, userid, by });
export const joinGroup = (chat_id, external_userid) => post(`/groups/${encodeURIComponent(chat_id)}/join`, { external_userid });
export const leaveGroup = (chat_id, who) => post(`/groups/${encodeURIComponent(chat_id)}/leave`, who);
export const newRoom = (name, members) => post("/rooms", { name, members });
export const putRobot = (room, inside) => post(`/rooms/${encodeURIComponent(room)}/aibot`, { inside });
export const newGroup = (name, owner) => post("/groups", { name, owner });
export const remark = (external_userid, userid, words) => post("/edit", { external_userid, userid, remark: words });
