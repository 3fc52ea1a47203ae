"""The rules of Discord's components in messages and modals (components/reference.mdx)."""

from collections.abc import Collection, Sequence

from tests.standins.discord_errors import Problems
from tests.standins.discord_world import Json, walk

Path = list[str | int]

ROW, BUTTON, SELECT, TEXT_INPUT, SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR = 1, 2, 3, 4, 9, 10, 11, 12, 13, 14
CONTAINER, LABEL, UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 17, 18, 19, 21, 22, 23
SELECTS = frozenset({SELECT, 5, 6, 7, 8})
IN_CONTAINER = frozenset({ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR})
IN_LABEL = SELECTS | {TEXT_INPUT, UPLOAD, RADIO, CHECKBOXES, CHECKBOX}
INTERACTIVE = SELECTS | {TEXT_INPUT, UPLOAD, RADIO, CHECKBOXES, CHECKBOX}
BAD_TYPE = 'Value of field "type" must be one of {}.'


def check_components(components: list[Json], problems: Problems, *, v2: bool, files: Collection[str]) -> None:
    """Add what Discord would refuse in a message's components; `files` are the names that they may point at."""
    every = list(walk(components))
    if v2:
        if len(every) > 40:
            message = f"Total number of components ({len(every)}) exceeds the limit of 40."
            problems.add(["components"], message, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED")
        total = sum(len(c.get("content") or "") for c in every if c.get("type") == TEXT)
        if total > 4000:
            message = f"Total text of {total} characters exceeds the limit of 4000."
            problems.add(["components"], message, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED")
        _among(components, IN_CONTAINER | {CONTAINER}, ["components"], problems)
    else:
        problems.count(["components"], components, 0, 5)
        _among(components, {ROW}, ["components"], problems)
    for number, component in enumerate(components):
        _check(component, ["components", number], problems, files)
    _unique(every, problems)


def check_modal(data: Json, problems: Problems) -> None:
    """Add what Discord would refuse in a modal."""
    path: Path = ["data"]
    problems.length([*path, "title"], data.get("title"), 1, 45)
    problems.length([*path, "custom_id"], data.get("custom_id"), 1, 100)
    components = data.get("components") or []
    problems.count([*path, "components"], components, 1, 5)
    _among(components, {ROW, LABEL, TEXT}, [*path, "components"], problems)
    for number, component in enumerate(components):
        where: Path = [*path, "components", number]
        held = component.get("components") or []
        if component["type"] == ROW:
            # the deprecated form, in which a text input brings its own label
            problems.count([*where, "components"], held, 1, 1)
            _among(held, {TEXT_INPUT}, [*where, "components"], problems)
            for child in held:
                problems.length([*where, "components", 0, "label"], child.get("label"), 1, 45)
                _check_control(child, [*where, "components", 0], problems, modal=True)
        elif component["type"] == LABEL:
            _check_label(component, where, problems)
        else:
            problems.length([*where, "content"], component.get("content"), 1, 4000)
    _unique(list(walk(components)), problems)


def _check_label(label: Json, where: Path, problems: Problems) -> None:
    problems.length([*where, "label"], label.get("label"), 1, 45)
    if label.get("description") is not None:
        problems.length([*where, "description"], label["description"], 0, 100)
    control = label.get("component") or {}
    _among([control], IN_LABEL, [*where, "component"], problems)
    _check_control(control, [*where, "component"], problems, modal=True)


def _check(component: Json, where: Path, problems: Problems, files: Collection[str]) -> None:
    kind = component.get("type")
    held: list[Json] = component.get("components") or []
    inner: Path = [*where, "components"]
    if kind == ROW:
        selects = [c for c in held if c.get("type") in SELECTS]
        problems.count(inner, held, 1, 1 if selects else 5)
        _among(held, SELECTS | {BUTTON}, inner, problems)
    elif kind == SECTION:
        problems.count(inner, held, 1, 3)
        _among(held, {TEXT}, inner, problems)
        accessory = component.get("accessory") or {}
        _among([accessory], {BUTTON, THUMBNAIL}, [*where, "accessory"], problems)
        _check(accessory, [*where, "accessory"], problems, files)
    elif kind == CONTAINER:
        problems.count(inner, held, 1, 40)
        _among(held, IN_CONTAINER, inner, problems)
    elif kind == TEXT:
        problems.length([*where, "content"], component.get("content"), 1, 4000)
    elif kind == BUTTON:
        _check_button(component, where, problems)
    elif kind in INTERACTIVE:
        _check_control(component, where, problems, modal=False)
    else:
        _check_media(component, where, problems, files)
    for number, child in enumerate(held):
        _check(child, [*inner, number], problems, files)


def _check_button(button: Json, where: Path, problems: Problems) -> None:
    style = button.get("style")
    if style not in range(1, 7):
        problems.add([*where, "style"], "Value must be one of (1, 2, 3, 4, 5, 6).")
    if button.get("label") is not None:
        problems.length([*where, "label"], button["label"], 0, 80)
    if not button.get("label") and not button.get("emoji") and style != 6:
        problems.add([*where, "label"], "A label or an emoji is required.", "BUTTON_COMPONENT_EMPTY")
    if style == 5:
        url = button.get("url")
        problems.length([*where, "url"], url, 1, 512)
        if isinstance(url, str) and not url.startswith(("http://", "https://", "discord://")):
            problems.add(
                [*where, "url"], "Scheme must be one of ('http', 'https', 'discord').", "URL_TYPE_INVALID_SCHEME"
            )
        if button.get("custom_id"):
            message = "A custom id and url cannot both be specified"
            problems.add([*where, "custom_id"], message, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE")
    elif style != 6:
        problems.length([*where, "custom_id"], button.get("custom_id"), 1, 100)
        if button.get("url"):
            problems.add([*where, "url"], "Only link buttons have a url.", "BUTTON_COMPONENT_INVALID_URL")


def _check_control(control: Json, where: Path, problems: Problems, *, modal: bool) -> None:
    kind = control.get("type")
    problems.length([*where, "custom_id"], control.get("custom_id"), 1, 100)
    if modal and control.get("disabled"):
        problems.add([*where, "disabled"], "Modals cannot have disabled components.")
    if control.get("placeholder") is not None:
        problems.length([*where, "placeholder"], control["placeholder"], 0, 100 if kind == TEXT_INPUT else 150)
    if kind == TEXT_INPUT:
        _check_text_input(control, where, problems)
        return
    low, high = _set(control, "min_values", 1), _set(control, "max_values", 1)
    most = 10 if kind in {UPLOAD, CHECKBOXES} else 25
    if not 0 <= low <= most or not 1 <= high <= most or (low > high and control.get("max_values") is not None):
        problems.add([*where, "max_values"], f"{low} to {high} values cannot be chosen.")
    if modal and low == 0 and control.get("required", True):
        problems.add([*where, "min_values"], "min_values must be at least 1 when required.")
    if kind in {SELECT, RADIO, CHECKBOXES}:
        options = control.get("options") or []
        problems.count([*where, "options"], options, 2 if kind == RADIO else 1, 25 if kind == SELECT else 10)
        if max(low, high) > max(len(options), 1):
            problems.add([*where, "max_values"], "More values than options.")
        _check_options(options, where, problems)


def _check_text_input(control: Json, where: Path, problems: Problems) -> None:
    low, high = _set(control, "min_length", 0), _set(control, "max_length", 4000)
    if control.get("style") not in {1, 2}:
        problems.add([*where, "style"], "Value must be one of (1, 2).")
    if not 0 <= low <= 4000:
        problems.add([*where, "min_length"], "int value should be between 0 and 4000.")
    if not 1 <= high <= 4000 or low > high:
        problems.add([*where, "max_length"], "int value should be between 1 and 4000.")
    if control.get("value"):
        problems.length([*where, "value"], control["value"], low, high)


def _check_options(options: list[Json], where: Path, problems: Problems) -> None:
    values = [option.get("value") for option in options]
    if len(set(values)) != len(values):
        problems.add([*where, "options"], "Option values must be unique.", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED")
    for number, option in enumerate(options):
        problems.length([*where, "options", number, "label"], option.get("label"), 1, 100)
        problems.length([*where, "options", number, "value"], option.get("value"), 1, 100)
        if option.get("description") is not None:
            problems.length([*where, "options", number, "description"], option["description"], 0, 100)


def _check_media(component: Json, where: Path, problems: Problems, files: Collection[str]) -> None:
    if component.get("type") == GALLERY:
        items = component.get("items") or []
        problems.count([*where, "items"], items, 1, 10)
    elif component.get("type") == FILE:
        items = [{"media": component.get("file") or {}}]
    elif component.get("type") == THUMBNAIL:
        items = [component]
    else:
        return
    for item in items:
        url = str((item.get("media") or {}).get("url", ""))
        if item.get("description") is not None:
            problems.length([*where, "description"], item["description"], 0, 1024)
        if url.startswith("attachment://"):
            if url.removeprefix("attachment://") not in files:
                message = "The referenced attachment was not found."
                problems.add([*where, "url"], message, "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND")
        elif component.get("type") == FILE or not url.startswith(("http://", "https://")):
            problems.add([*where, "url"], "Not a well formed URL.", "URL_TYPE_INVALID_URL")


def _set(part: Json, key: str, default: int) -> int:
    """A number that may be left out or null."""
    value = part.get(key)
    return default if value is None else int(value)


def _among(components: Sequence[Json], kinds: Collection[int], where: Path, problems: Problems) -> None:
    for number, component in enumerate(components):
        if component.get("type") not in kinds:
            allowed = tuple(sorted(kinds))
            problems.add([*where, number, "type"], BAD_TYPE.format(allowed), "UNION_TYPE_CHOICES")


def _unique(every: Sequence[Json], problems: Problems) -> None:
    for key in ("custom_id", "id"):
        seen = [c[key] for c in every if c.get(key)]
        if len(set(seen)) != len(seen):
            message = f"Component {key} cannot be duplicated"
            problems.add(["components"], message, "COMPONENT_CUSTOM_ID_DUPLICATED")
