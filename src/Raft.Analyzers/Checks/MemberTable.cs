using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Members of the framework that a state machine must not use, whatever is done with their results.</summary>
internal static class MemberTable
{
    private const string NewOfPath = "new(path)";

    private static readonly Dictionary<string, Entry> Members = [];

    static MemberTable()
    {
        Add(Rules.WallClock, Phases.All, "System.DateTime", "Now", "UtcNow", "Today");
        Add(Rules.WallClock, Phases.All, "System.DateTimeOffset", "Now", "UtcNow");
        Add(Rules.WallClock, Phases.All, "System.TimeProvider", "GetUtcNow", "GetLocalNow", "GetTimestamp", "GetElapsedTime");
        Add(
            Rules.WallClock, Phases.All, "System.Diagnostics.Stopwatch",
            "StartNew", "GetTimestamp", "GetElapsedTime", "Elapsed", "ElapsedMilliseconds", "ElapsedTicks");
        Add(Rules.WallClock, Phases.All, "System.Environment", "TickCount", "TickCount64");
        Add(Rules.WallClock, Phases.All, "Raft.IClock", "Now", "UtcNow");

        Add(Rules.RandomNumber, Phases.All, "System.Random", "Shared");
        Add(Rules.RandomNumber, Phases.All, "System.Security.Cryptography.RandomNumberGenerator", "*");
        Add(Rules.RandomNumber, Phases.All, "System.IO.Path", "GetRandomFileName");
        Add(Rules.NewGuid, Phases.All, "System.Guid", "NewGuid", "CreateVersion7");

        AddEnvironment();
        AddTimeZones();
        AddParallelWork();
        AddWaits();
        AddInputOutput();
    }

    public static void Check(Body body, IOperation operation, ISymbol member)
    {
        if (Find(member) is not { } entry
            || (entry.Rule == Rules.WallClock && Measurement.OnlyObserversSee(operation, body))
            || (entry.UnlessDurable && entry.Rule == Rules.Waiting && WaitChecks.IsWithoutWaiting(operation))) // sleeping always counts
        {
            return;
        }

        body.Report(
            entry.Rule, operation.Syntax.GetLocation(), entry.Phases, entry.UnlessDurable, Display(member, operation), Finding.Place);
    }

    private static Entry? Find(ISymbol member)
    {
        for (ISymbol? level = member.OriginalDefinition; level is not null; level = Overridden(level))
        {
            if (level.ContainingType is { } type)
            {
                string name = type.FullName();
                if (Members.TryGetValue(name + "." + NameOf(level), out Entry entry)
                    || (OpensPath(level) && Members.TryGetValue(name + "." + NewOfPath, out entry))
                    || Members.TryGetValue(name + ".*", out entry))
                {
                    return entry;
                }
            }
        }

        return null;
    }

    private static ISymbol? Overridden(ISymbol member) => member switch
    {
        IMethodSymbol method => method.OverriddenMethod?.OriginalDefinition,
        IPropertySymbol property => property.OverriddenProperty?.OriginalDefinition,
        _ => null,
    };

    /// <summary>Whether it is a constructor that is given a path, and not a stream.</summary>
    private static bool OpensPath(ISymbol member) =>
        member is IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters: { Length: > 0 } parameters }
        && parameters[0].Type.SpecialType == SpecialType.System_String;

    private static string NameOf(ISymbol member) => member is IMethodSymbol { MethodKind: MethodKind.Constructor } ? "new" : member.Name;

    private static string Display(ISymbol member, IOperation operation) => operation is IObjectCreationOperation
        ? "new " + member.ContainingType.Name
        : member.ContainingType.Name + "." + member.Name;

    private static void AddEnvironment()
    {
        Add(
            Rules.ProcessEnvironment, Phases.All, "System.Environment",
            "CommandLine", "CpuUsage", "CurrentDirectory", "CurrentManagedThreadId", "ExpandEnvironmentVariables", "GetCommandLineArgs",
            "GetEnvironmentVariable", "GetEnvironmentVariables", "GetFolderPath", "GetLogicalDrives", "Is64BitOperatingSystem",
            "Is64BitProcess", "IsPrivilegedProcess", "MachineName", "NewLine", "OSVersion", "ProcessId", "ProcessPath", "ProcessorCount",
            "StackTrace", "SystemDirectory", "SystemPageSize", "UserDomainName", "UserInteractive", "UserName", "Version", "WorkingSet");
        Add(Rules.ProcessEnvironment, Phases.All, "System.AppContext", "*");
        Add(Rules.ProcessEnvironment, Phases.All, "System.AppDomain", "*");
        Add(Rules.ProcessEnvironment, Phases.All, "System.Runtime.InteropServices.RuntimeInformation", "*");
        Add(Rules.ProcessEnvironment, Phases.All, "System.GC", "GetTotalMemory", "GetGCMemoryInfo", "GetTotalAllocatedBytes");
        Add(Rules.ProcessEnvironment, Phases.All, "System.IO.Path", "GetTempPath");
        Add(Rules.ProcessEnvironment, Phases.All, "Microsoft.Extensions.Configuration.IConfiguration", "*");
        Add(Rules.ProcessEnvironment, Phases.All, "Microsoft.Extensions.Configuration.ConfigurationBinder", "*");
    }

    private static void AddTimeZones()
    {
        Add(
            Rules.TimeZone, Phases.All, "System.TimeZoneInfo",
            "Local", "FindSystemTimeZoneById", "TryFindSystemTimeZoneById", "GetSystemTimeZones", "ConvertTimeBySystemTimeZoneId");
        Add(Rules.TimeZone, Phases.All, "System.TimeZone", "CurrentTimeZone");
        Add(Rules.TimeZone, Phases.All, "System.DateTime", "ToLocalTime", "ToUniversalTime");
        Add(Rules.TimeZone, Phases.All, "System.DateTimeOffset", "ToLocalTime", "LocalDateTime");
    }

    private static void AddParallelWork()
    {
        Add(Rules.ParallelWork, Phases.Apply, "System.Threading.Tasks.Task", "Run", "ContinueWith", "Start");
        Add(Rules.ParallelWork, Phases.Apply, "System.Threading.Tasks.TaskFactory", "*");
        Add(Rules.ParallelWork, Phases.Apply, "System.Threading.Tasks.Parallel", "*");
        Add(Rules.ParallelWork, Phases.Apply, "System.Linq.ParallelEnumerable", "AsParallel");
        Add(Rules.ParallelWork, Phases.Apply, "System.Threading.ThreadPool", "*");
        Add(Rules.ParallelWork, Phases.Apply, "System.Threading.Thread", "new", "CurrentThread");
        Add(Rules.ParallelWork, Phases.Apply, "System.Threading.Timer", "new", "Change");
        Add(Rules.ParallelWork, Phases.Apply, "System.Threading.PeriodicTimer", "new", "WaitForNextTickAsync");
        Add(Rules.ParallelWork, Phases.Apply, "System.Timers.Timer", "new", "Start");
        Add(Rules.ParallelWork, Phases.Apply, "System.TimeProvider", "CreateTimer");
        Add(Rules.ParallelWork, Phases.Apply, "System.ComponentModel.BackgroundWorker", "new", "RunWorkerAsync");
    }

    private static void AddWaits()
    {
        Add(Rules.Waiting, Phases.All, "System.Threading.Tasks.Task", "Delay");
        Add(Rules.Waiting, Phases.All, "System.Threading.Thread", "Sleep", "SpinWait", "Yield");
        Add(Rules.Waiting, Phases.All, "System.Threading.SpinWait", "SpinOnce", "SpinUntil");
        AddUnlessDurable(Rules.Waiting, Phases.Apply, "System.Threading.Tasks.Task", "Wait", "WaitAll", "WaitAny");
        AddUnlessDurable(Rules.Waiting, Phases.Apply, "System.Threading.Thread", "Join");
        AddUnlessDurable(Rules.Waiting, Phases.Apply, "System.Threading.WaitHandle", "WaitOne", "WaitAll", "WaitAny");
        AddUnlessDurable(Rules.Waiting, Phases.Apply, "System.Threading.ManualResetEventSlim", "Wait");
        AddUnlessDurable(Rules.Waiting, Phases.Apply, "System.Threading.SemaphoreSlim", "Wait");
        AddUnlessDurable(Rules.Waiting, Phases.Apply, "System.Threading.CountdownEvent", "Wait");
        AddUnlessDurable(Rules.Waiting, Phases.Apply, "System.Threading.Barrier", "SignalAndWait");
        AddUnlessDurable(Rules.Waiting, Phases.Apply, "System.Threading.Monitor", "Wait");
        AddUnlessDurable(Rules.Waiting, Phases.Apply, "System.Collections.Concurrent.BlockingCollection", "Take");
    }

    private static void AddInputOutput()
    {
        AddUnlessDurable(Rules.InputOutput, Phases.Apply, "System.IO.File", "*");
        AddUnlessDurable(Rules.InputOutput, Phases.Apply, "System.IO.Directory", "*");
        AddUnlessDurable(Rules.InputOutput, Phases.Apply, "System.IO.FileInfo", "*");
        AddUnlessDurable(Rules.InputOutput, Phases.Apply, "System.IO.DirectoryInfo", "*");
        AddUnlessDurable(Rules.InputOutput, Phases.Apply, "System.IO.DriveInfo", "*");
        AddUnlessDurable(Rules.InputOutput, Phases.Apply, "System.IO.FileStream", "new");
        AddUnlessDurable(Rules.InputOutput, Phases.Apply, "System.IO.StreamReader", NewOfPath);
        AddUnlessDurable(Rules.InputOutput, Phases.Apply, "System.IO.StreamWriter", NewOfPath);
        AddUnlessDurable(Rules.InputOutput, Phases.Apply, "System.IO.RandomAccess", "*");
        AddUnlessDurable(Rules.InputOutput, Phases.Apply, "System.Data.Common.DbConnection", "*");
        AddUnlessDurable(Rules.InputOutput, Phases.Apply, "System.Data.Common.DbCommand", "*");
        Add(Rules.InputOutput, Phases.Apply, "System.IO.Path", "GetTempFileName", "Exists");
        Add(Rules.InputOutput, Phases.Apply, "System.Console", "*");
        Add(Rules.InputOutput, Phases.All, "System.Diagnostics.Process", "*");
        Add(Rules.InputOutput, Phases.All, "System.Net.Http.HttpClient", "*");
        Add(Rules.InputOutput, Phases.All, "System.Net.Http.HttpMessageInvoker", "*");
        Add(Rules.InputOutput, Phases.All, "System.Net.Http.Json.HttpClientJsonExtensions", "*");
        Add(Rules.InputOutput, Phases.All, "System.Net.Dns", "*");
        Add(Rules.InputOutput, Phases.All, "System.Net.Sockets.Socket", "*");
        Add(Rules.InputOutput, Phases.All, "System.Net.Sockets.TcpClient", "*");
        Add(Rules.InputOutput, Phases.All, "System.Net.Sockets.UdpClient", "*");
        Add(Rules.InputOutput, Phases.All, "System.Net.WebSockets.WebSocket", "*");
    }

    private static void Add(DiagnosticDescriptor rule, Phases phases, string type, params string[] members) =>
        AddAll(new Entry(rule, phases, UnlessDurable: false), type, members);

    private static void AddUnlessDurable(DiagnosticDescriptor rule, Phases phases, string type, params string[] members) =>
        AddAll(new Entry(rule, phases, UnlessDurable: true), type, members);

    private static void AddAll(Entry entry, string type, string[] members)
    {
        foreach (string member in members)
        {
            Members.Add(type + "." + member, entry);
        }
    }

    private sealed record Entry(DiagnosticDescriptor Rule, Phases Phases, bool UnlessDurable);
}
