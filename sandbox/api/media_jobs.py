"""Large files of the bot: WeCom fetches them by url, and tells when it is done (doc 96219).

Scene 1 is the material of customer welcomes, a video or file up to 200 MB. Our choice: an unknown jobid is 40058.
"""

from sandbox.api.wire import BAD_PARAMETER, Answer, Ask, Refusal, Table, post
from sandbox.event_xml import from_system
from sandbox.media_jobs import DONE, FAILED, MediaJob, carry_out
from sandbox.stage import Stage

KINDS = ("video", "file")


async def _carried_out(stage: Stage, jobid: str, job: MediaJob) -> None:
    stage.calls.under_way += 1
    try:
        await carry_out(job, stage.media)
        event = from_system(stage.config.corp_id, stage.clock.seconds(), "upload_media_job_finish", [("JobId", jobid)])
        stage.courier.post(event, "upload_media_job_finish", agent_id=str(stage.config.agent_id))
    finally:
        stage.calls.under_way -= 1
        stage.calls.stir()


def begin(stage: Stage, ask: Ask) -> Answer:
    ask.number("scene", 0, 1, 1)
    kind = ask.text("type")
    if kind not in KINDS:
        raise Refusal(BAD_PARAMETER, f"type is one of {', '.join(KINDS)}")
    job = MediaJob(kind, ask.text("filename"), ask.text("url"), ask.text("md5"))
    jobid = stage.world.mint("job")
    stage.media_jobs.all[jobid] = job
    stage.media_jobs.begin(_carried_out(stage, jobid, job))
    return {"jobid": jobid}


def result(stage: Stage, ask: Ask) -> Answer:
    """status 1 running, 2 done, 3 failed; the detail once it is over."""
    job = stage.media_jobs.all.get(ask.text("jobid"))
    if job is None:
        raise Refusal(BAD_PARAMETER, "invalid jobid")
    if job.status == DONE:
        born_at = str(int(stage.media.files[job.media_id].born_at))
        return {"status": DONE, "detail": {"errcode": 0, "errmsg": "ok", "media_id": job.media_id, "created_at": born_at}}
    failed = {"detail": {"errcode": job.errcode, "errmsg": job.errmsg}} if job.status == FAILED else {}
    return {"status": job.status, **failed}


TABLE: Table = {
    "media/upload_by_url": post(begin),
    "media/get_upload_by_url_result": post(result),
}
