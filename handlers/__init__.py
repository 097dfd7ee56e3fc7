"""handlers: what people and WeCom say to us, one file per audience or source; grammar in, Reply out.

A module here exports `router` (handlers.core.router.Router) and is found by its place: nothing else is edited to add one.
Facts enter through `@router.fact` / `@router.event`, words through `@router.learner` / `@router.staff`, card buttons through
`@router.click`. May import: camp, storage. Never bot, never jobs, never the network.
To add a command: one function, its wording in `camp/phrases/`, one dialogue test.
In a group a staff command answers its speaker alone, until it says `in_groups`; learners' names are masked there by `ctx.say`.
"""
