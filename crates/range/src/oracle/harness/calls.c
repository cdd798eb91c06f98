/* The system calls of a submitted program: the house links this into it, and it is in force before `main`.
 *
 * By then the loader and the sanitizers have started and nothing that was submitted has run: whatever could make it run
 * earlier (attributes, pragmas, assembler, sections) is refused before. So what only a start needs need not be allowed
 * at all: making memory executable, handling a signal, moving or closing a descriptor, executing a program. Any call
 * that is not listed ends the process. No library is used here, because what was submitted could stand in for it.
 *
 * With GUARDED it is for the build without sanitizers: memory that its allocator has shut stays shut.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* Arguments are looked at in their lower halves only: for these calls the kernel knows no more of them, and of the
 * length of memory nothing is asked. Both architectures are little-endian. */
#define NUMBER offsetof(struct seccomp_data, nr)
#define ARGUMENT(index) (offsetof(struct seccomp_data, args) + (index) * 8)
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define ANSWER(answer) BPF_STMT(BPF_RET | BPF_K, (answer))
#define ALLOW ANSWER(SECCOMP_RET_ALLOW)
#define END ANSWER(SECCOMP_RET_KILL_PROCESS)
/* Takes the next `steps` steps only if what was loaded is `value`, is not above it, or has none of its bits. */
#define IF(value, steps) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (steps))
#define IF_NOT_ABOVE(value, steps) BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (value), (steps), 0)
#define IF_NONE_OF(value, steps) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (value), (steps), 0)
#define ALLOW_CALL(number) IF((number), 1), ALLOW
#define REFUSE_CALL(number) IF((number), 1), ANSWER(SECCOMP_RET_ERRNO | NOT_PERMITTED)

enum {
    PROT_NONE = 0, PROT_EXEC = 4, MAP_SHARED = 1, MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MAP_FIXED_NOREPLACE = 0x100000,
    MADV_DONTNEED = 4, STDERR = 2, NOT_PERMITTED = 1 /* EPERM */,
    NO_TERMINAL = 25 /* ENOTTY */,
};

static struct sock_filter steps[] = {
    LOAD(offsetof(struct seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
    END,
    LOAD(NUMBER),
    ALLOW_CALL(__NR_read),
    ALLOW_CALL(__NR_lseek),
    ALLOW_CALL(__NR_fstat),
    ALLOW_CALL(__NR_newfstatat),
    ALLOW_CALL(__NR_brk),
    ALLOW_CALL(__NR_futex),
    ALLOW_CALL(__NR_getpid),
    ALLOW_CALL(__NR_clock_gettime),
    ALLOW_CALL(__NR_gettimeofday),
#ifdef __NR_time
    ALLOW_CALL(__NR_time),
#endif
    ALLOW_CALL(__NR_exit_group),
    /* What `abort` does. */
    ALLOW_CALL(__NR_rt_sigprocmask),
    ALLOW_CALL(__NR_gettid),
    ALLOW_CALL(__NR_tgkill),
    IF(__NR_ioctl, 1), ANSWER(SECCOMP_RET_ERRNO | NO_TERMINAL),
    IF(__NR_write, 4), LOAD(ARGUMENT(0)), IF_NOT_ABOVE(STDERR, 1), ALLOW, END,
    /* `perror` tries it and does without. */
    REFUSE_CALL(__NR_dup),
#ifdef GUARDED
    IF(__NR_mprotect, 4), LOAD(ARGUMENT(2)), IF(PROT_NONE, 1), ALLOW, END,
    IF(__NR_madvise, 4), LOAD(ARGUMENT(2)), IF(MADV_DONTNEED, 1), ALLOW, END,
    IF(__NR_mmap, 7), LOAD(ARGUMENT(2)), IF_NONE_OF(PROT_EXEC, 3), LOAD(ARGUMENT(3)),
    IF_NONE_OF(MAP_SHARED | MAP_FIXED | MAP_FIXED_NOREPLACE, 1), IF_NONE_OF(MAP_ANONYMOUS, 1), END, ALLOW,
#else
    ALLOW_CALL(__NR_munmap),
    ALLOW_CALL(__NR_madvise),
    /* Asked before `exit`. Without handlers it changes nothing. */
    ALLOW_CALL(__NR_sigaltstack),
    /* A report names its process and its modules where it can, and is a report without. */
    REFUSE_CALL(__NR_openat),
    REFUSE_CALL(__NR_readlinkat),
#ifdef __NR_open
    REFUSE_CALL(__NR_open),
    REFUSE_CALL(__NR_readlink),
#endif
    IF(__NR_mmap, 6), LOAD(ARGUMENT(2)), IF_NONE_OF(PROT_EXEC, 2), LOAD(ARGUMENT(3)), IF_NONE_OF(MAP_ANONYMOUS, 1), END,
    ALLOW,
#endif
    END,
};

static long call(long number, long first, long second, long third)
{
#if defined(__x86_64__)
    long result;
    register long fourth __asm__("r10") = 0;
    register long fifth __asm__("r8") = 0;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second), "d"(third), "r"(fourth), "r"(fifth)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = first;
    register long x1 __asm__("x1") = second;
    register long x2 __asm__("x2") = third;
    register long x3 __asm__("x3") = 0;
    register long x4 __asm__("x4") = 0;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
#endif
}

__attribute__((constructor)) static void put_in_force(void)
{
    struct sock_fprog program = {sizeof steps / sizeof *steps, steps};

    if (call(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0) != 0 ||
        call(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&program) != 0)
        __builtin_trap();
}
