using System.Diagnostics;
using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Server;

/// <summary>What a server did in one case.</summary>
/// <param name="Server">Its name.</param>
/// <param name="Operation">What it was asked for.</param>
/// <param name="Clients">By how many clients.</param>
/// <param name="Load">What the clients saw; the processor time is that of the clients.</param>
/// <param name="Cpu">The processor time of its processes meanwhile, the leader first.</param>
internal sealed record ServerRow(string Server, Operation Operation, int Clients, Measurement Load, IReadOnlyList<TimeSpan> Cpu)
{
    /// <summary>Measures a case.</summary>
    public static async Task<ServerRow> MeasureAsync(IServer server, Operation operation, int clients, TimeSpan warmUp, TimeSpan duration)
    {
        IReadOnlyList<TimeSpan> before = [];
        Measurement measured = await ClosedLoop.RunAsync(
            new HttpClients(server, operation), new LoadCase(clients, Content.ValueBytes), warmUp, duration, () =>
            {
                before = Read(server);
                return true;
            });
        TimeSpan[] cpu = [.. Read(server).Zip(before, static (now, then) => now - then)];
        return new ServerRow(server.Name, operation, clients, measured, cpu);
    }

    private static TimeSpan[] Read(IServer server)
    {
        foreach (Process process in server.Processes)
        {
            process.Refresh();
        }

        return [.. server.Processes.Select(static process => process.TotalProcessorTime)];
    }
}
