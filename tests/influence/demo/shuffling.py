"""The invented company with who did what drawn again: nothing that was planted in people should be left."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from influence.demo import Company


def shuffled(company: Company, seed: int) -> Company:
    """The same activities at the same times in the same threads, but each by an actor drawn from all of its system."""
    actors = np.array(company.activities.column("actor").to_pylist())
    systems = np.array([actor.partition(":")[0] for actor in actors])
    rng = np.random.default_rng(seed)
    for system in np.unique(systems):
        actors[systems == system] = rng.permutation(actors[systems == system])
    place = company.activities.schema.get_field_index("actor")
    activities = company.activities.set_column(place, "actor", pa.array(actors.tolist(), pa.string()))
    return replace(company, activities=activities)
