#ifndef SYNC_COUNTER_H
#define SYNC_COUNTER_H

/// Calls of fsync and fdatasync that this process made so far; -1 where they can't be counted.
long sync_counter_value(void);

#endif
