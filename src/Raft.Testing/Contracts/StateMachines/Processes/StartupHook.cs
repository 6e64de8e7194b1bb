using System.Diagnostics.CodeAnalysis;
using Raft.Testing;

/// <summary>
/// .NET calls it before the Main of a process that was started with DOTNET_STARTUP_HOOKS, which finds it by this name. In a process that
/// <see cref="MachineProcess"/> has started, it does the task and ends the process.
/// </summary>
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime looks for it outside of namespaces.")]
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(MachineProcess.FolderVariable) is { Length: > 0 } folder)
        {
            Environment.Exit(MachineProcess.Serve(folder) ? 0 : 1);
        }
    }
}
