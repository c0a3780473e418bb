// The program's version. Level 0.
#pragma once
#define PM_VERSION "0.1"
