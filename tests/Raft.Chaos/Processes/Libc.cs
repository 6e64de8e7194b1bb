using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Raft.Chaos;

/// <summary>What .NET has no method for.</summary>
internal static partial class Libc
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    private const int SetParentDeathSignal = 1;
    private const int NewMountNamespace = 0x20000;

    /// <summary>Sends a signal to a process. One that has ended gets none.</summary>
    public static void Signal(int process, int signal) => _ = SendSignal(process, signal);

    /// <summary>The kernel kills this process when the thread that started it ends, even while it is stopped.</summary>
    public static void DieWithParent()
    {
        if (ControlProcess(SetParentDeathSignal, Kill, 0, 0, 0) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Gives this thread mounts of its own, which end with it and with the processes that it starts.</summary>
    /// <returns>False if the process may not do that.</returns>
    public static bool TryUnshareMounts() => Unshare(NewMountNamespace) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ControlProcess(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);
}
