/* The toy hypervisor behind virtwatch, twice. Each registers a scheme; 0, or -1. */
#ifndef HYPERVISORS_H
#define HYPERVISORS_H

/* "everything:///": reports all that happens. */
int register_everything(void);

/* "life:///": reports what starts and what stops, and can list its domains. This
 * is what the RFC of 2008 calls a hypervisor with few events. */
int register_life(void);

#endif
