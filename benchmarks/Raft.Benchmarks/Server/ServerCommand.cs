using Raft.Benchmarks.Disk;

namespace Raft.Benchmarks.Server;

/// <summary>
/// Measures samples/KeyValueService as a server: three processes with files, next to three processes of etcd under the same load, and
/// next to the same HTTP interface without Raft. Everything runs on this machine, the clients too.
/// </summary>
internal static class ServerCommand
{
    private static readonly int[] Clients = [1, 64, 1_024];
    private static readonly Operation[] Operations = Enum.GetValues<Operation>();

    public static async Task<int> RunAsync(Arguments arguments)
    {
        ServerPace pace = ServerPace.Of(arguments);
        using DiskFolder folder = new(arguments.Data);
        List<string> header = [.. Machine.Describe(), folder.Describe(), pace.Describe()];
        List<IServer> servers = [.. SelectServers(arguments, folder, header)];
        List<ServerRow> rows = [];
        try
        {
            int[] clients = arguments.Proposers.Count == 0 ? Clients : [.. arguments.Proposers];
            await Progress.ShowAsync(servers.Count * ((clients.Length * Operations.Length) + 1), async progress =>
            {
                await StartAsync(servers, progress);
                await MeasureAsync(servers, clients, pace, rows, progress);
            });
        }
        finally
        {
            foreach (IServer server in servers)
            {
                await server.DisposeAsync();
            }

            header.ForEach(Console.WriteLine);
            ServerReport.Write(rows, header, pace.Duration, arguments.Output); // also what precedes a failure
        }

        return CountFailures(rows) == 0 ? 0 : 1;
    }

    private static IEnumerable<IServer> SelectServers(Arguments arguments, DiskFolder folder, List<string> header)
    {
        if (arguments.Includes("raft"))
        {
            yield return Described(new KeyValueServer(folder.NewPath()), header);
        }

        if (arguments.Includes("etcd"))
        {
            if (EtcdServer.Find() is { } program)
            {
                yield return Described(new EtcdServer(folder.NewPath(), program), header);
            }
            else
            {
                header.Add("etcd is not installed, so it is not measured. On Debian: apt-get install etcd-server");
            }
        }

        if (arguments.Includes("bare"))
        {
            yield return Described(new BareServer(), header);
        }
    }

    private static IServer Described(IServer server, List<string> header)
    {
        header.Add(server.Description);
        return server;
    }

    private static async Task StartAsync(List<IServer> servers, Progress progress)
    {
        foreach (IServer server in servers)
        {
            progress.Begin($"{server.Name} starts");
            await server.StartAsync();
            await new HttpClients(server, Operation.Put).SendEachAsync(); // so that every get finds a value
            foreach (Operation operation in Operations.Where(operation => server.RequestsOf(operation).Count > 0))
            {
                await ServerRow.MeasureAsync(server, operation, clients: 64, ServerPace.FirstWarmUp, TimeSpan.Zero);
            }

            progress.Advance();
        }
    }

    private static async Task MeasureAsync(
        List<IServer> servers, int[] clients, ServerPace pace, List<ServerRow> rows, Progress progress)
    {
        foreach (Operation operation in Operations)
        {
            foreach (int number in clients)
            {
                foreach (IServer server in servers.Where(server => server.RequestsOf(operation).Count > 0))
                {
                    progress.Begin($"{server.Name}, {operation}, {number} clients");
                    rows.Add(await ServerRow.MeasureAsync(server, operation, number, pace.WarmUp, pace.Duration));
                    progress.Advance();
                }
            }
        }
    }

    /// <summary>Counts and prints replies that were not a success. There must be none: the leader gets all requests that need it.</summary>
    private static double CountFailures(List<ServerRow> rows)
    {
        foreach (ServerRow row in rows.Where(static row => row.Load.Failures > 0))
        {
            Console.WriteLine(
                $"WRONG: {row.Server}, {row.Operation}, {row.Clients} clients: {row.Load.Failures} replies were not a success.");
        }

        return rows.Sum(static row => row.Load.Failures);
    }
}
