using System.Reflection;

namespace Raft.Testing;

/// <summary>The members of .NET whose answers differ between nodes, processes or runs.</summary>
internal static class DifferingCalls
{
    private const string Clock = "The clock differs between nodes, and when the log is applied again: use the Time of the context.";
    private const string Zone = "The time zone differs between machines: keep times in UTC.";
    private const string Chance = "It differs on every node: put the value into the command.";
    private const string Machine = "It differs between machines or processes: put the value into the command.";
    private const string Culture = "The culture differs between machines: pass CultureInfo.InvariantCulture.";
    private const string Hash = "Hash codes differ between processes: use a hash that is defined, such as one of System.IO.Hashing.";
    private const string Threads = "The order in which threads run differs each time: apply a command on one thread, in order.";
    private const string Waiting = "How long something takes differs each time: use the Time of the context.";
    private const string Network = "Other systems answer each node differently: call them before, and put the answer into the command.";

    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["System.DateTime.Now"] = Clock,
        ["System.DateTime.UtcNow"] = Clock,
        ["System.DateTime.Today"] = Clock,
        ["System.DateTimeOffset.Now"] = Clock,
        ["System.DateTimeOffset.UtcNow"] = Clock,
        ["System.TimeProvider.System"] = Clock,
        ["System.TimeProvider.GetUtcNow"] = Clock,
        ["System.TimeProvider.GetLocalNow"] = Clock,
        ["System.TimeProvider.GetTimestamp"] = Clock,
        ["System.Diagnostics.Stopwatch.GetTimestamp"] = Clock,
        ["System.Diagnostics.Stopwatch.StartNew"] = Clock,
        ["System.Diagnostics.Stopwatch.Start"] = Clock,
        ["System.Environment.TickCount"] = Clock,
        ["System.Environment.TickCount64"] = Clock,
        ["System.DateTime.ToLocalTime"] = Zone,
        ["System.DateTimeOffset.ToLocalTime"] = Zone,
        ["System.DateTimeOffset.LocalDateTime"] = Zone,
        ["System.TimeZoneInfo.Local"] = Zone,
        ["System.Random.Shared"] = Chance,
        ["System.Guid.NewGuid"] = Chance,
        ["System.Guid.CreateVersion7"] = Chance,
        ["System.IO.Path.GetRandomFileName"] = Chance,
        ["System.IO.Path.GetTempFileName"] = Chance,
        ["System.IO.Path.GetTempPath"] = Machine,
        ["System.IO.Directory.GetCurrentDirectory"] = Machine,
        ["System.AppContext.BaseDirectory"] = Machine,
        ["System.Globalization.CultureInfo.CurrentCulture"] = Culture,
        ["System.Globalization.CultureInfo.CurrentUICulture"] = Culture,
        ["System.String.GetHashCode"] = Hash,
        ["System.Object.GetHashCode"] = Hash,
        ["System.StringComparer.GetHashCode"] = Hash,
        ["System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode"] = Hash,
        ["System.Threading.Tasks.Task.Run"] = Threads,
        ["System.Threading.Tasks.TaskFactory.StartNew"] = Threads,
        ["System.Threading.Thread.Start"] = Threads,
        ["System.Threading.Thread.UnsafeStart"] = Threads,
        ["System.Threading.ThreadPool.QueueUserWorkItem"] = Threads,
        ["System.Threading.ThreadPool.UnsafeQueueUserWorkItem"] = Threads,
        ["System.Linq.ParallelEnumerable.AsParallel"] = Threads,
        ["System.Threading.Tasks.Task.Delay"] = Waiting,
        ["System.Threading.Thread.Sleep"] = Waiting,
        ["System.Threading.CancellationTokenSource.CancelAfter"] = Waiting,
    };

    /// <summary>Types of which every member counts.</summary>
    private static readonly Dictionary<string, string> TypeReasons = new(StringComparer.Ordinal)
    {
        ["System.Security.Cryptography.RandomNumberGenerator"] = Chance,
        ["System.Environment"] = Machine,
        ["System.OperatingSystem"] = Machine,
        ["System.Runtime.InteropServices.RuntimeInformation"] = Machine,
        ["System.Diagnostics.Process"] = Machine,
        ["System.HashCode"] = Hash,
        ["System.Threading.Tasks.Parallel"] = Threads,
        ["System.Threading.Timer"] = Waiting,
        ["System.Threading.PeriodicTimer"] = Waiting,
        ["System.Timers.Timer"] = Waiting,
        ["System.Net.Dns"] = Network,
        ["System.Net.Http.HttpClient"] = Network,
        ["System.Net.Http.HttpMessageInvoker"] = Network,
        ["System.Net.Sockets.Socket"] = Network,
        ["System.Net.Sockets.TcpClient"] = Network,
        ["System.Net.Sockets.UdpClient"] = Network,
    };

    /// <summary>Members of these types that do no harm: the compiler uses the first one in iterators.</summary>
    private static readonly string[] Harmless =
    [
        "System.Environment.CurrentManagedThreadId",
        "System.Environment.FailFast",
        "System.Environment.StackTrace",
    ];

    /// <summary>Finds out why a member must not be called; null if it may be.</summary>
    public static string? Find(MethodBase method)
    {
        if (method.DeclaringType is not { } type)
        {
            return null;
        }

        if (method.IsConstructor)
        {
            return (type.FullName, method.GetParameters()) switch
            {
                ("System.Random", []) => Chance,
                ("System.Threading.CancellationTokenSource", [_, ..]) => Waiting,
                _ => FindType(type),
            };
        }

        string name = $"{FullNameOf(type)}.{PlainNameOf(method)}";
        return Array.IndexOf(Harmless, name) >= 0 ? null : Reasons.GetValueOrDefault(name) ?? FindType(type);
    }

    /// <summary>The name of a method as a user writes it: a property without the prefix of its accessor.</summary>
    public static string NameOf(MethodBase method)
    {
        string type = method.DeclaringType is { } declaring ? PlainNameOf(declaring) : "?";
        return method.IsConstructor ? $"new {type}" : $"{type}.{PlainNameOf(method)}";
    }

    private static string? FindType(Type type) => TypeReasons.GetValueOrDefault(FullNameOf(type));

    private static string FullNameOf(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName ?? type.Name;

    /// <summary>The name of a type. Classes and methods that the compiler makes are named after those in the source.</summary>
    private static string PlainNameOf(Type type)
    {
        while (type.Name.StartsWith('<') && type.DeclaringType is { } outer)
        {
            type = outer;
        }

        int arity = type.Name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0 ? type.Name : type.Name[..arity];
    }

    private static string PlainNameOf(MethodBase method)
    {
        string name = method.Name;
        if (method.DeclaringType?.Name is ['<', .. { } source] && source.IndexOf('>', StringComparison.Ordinal) is > 0 and int nested)
        {
            return source[..nested]; // the body of an iterator or of an asynchronous method
        }

        if (name is ['<', .. { } lambda] && lambda.IndexOf('>', StringComparison.Ordinal) is > 0 and int end)
        {
            return lambda[..end];
        }

        return method.IsSpecialName && name.StartsWith("get_", StringComparison.Ordinal)
            ? name[4..]
            : name[(name.LastIndexOf('.') + 1)..]; // an explicit implementation has the name of its interface
    }
}
