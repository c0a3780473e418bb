// One row of an events table without its header: what people paste. Not a descriptor.
#pragma once
#include "parsers/objects/k8s_happening.h"
#include "parsers/objects/kubectl_table.h"

enum pm_row { PM_ROW_NO = 0, PM_ROW_DESCRIBE, PM_ROW_TABLE, PM_ROW_OLD_TABLE, PM_ROW_OLD_DESCRIBE };
// Finds the Type cell and reads the others from where they stand around it. h is filled
// but for the message's surroundings.
enum pm_row pm_kubectl_event_row(struct pm_str text, struct pm_happening *h);
// The NAME column before 1.12: the object's name, in some releases the event's
// ("cart-0.15330d1e0b3c8c6b").
void pm_kubectl_old_name(struct pm_str name, struct pm_happening *h);
