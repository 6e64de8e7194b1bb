using System.Globalization;

namespace Raft.Storage.Files.Crash;

/// <summary>A process with a cluster and its clients. It reports each command that is committed, until it is killed.</summary>
internal sealed class ClusterChild(string folder, string life, Defect defect)
{
    public const string Command = "cluster-child";

    private const int Clients = 16;

    private readonly ReportWriter _reports = new();

    public async Task<int> RunAsync()
    {
        _reports.Write(Report.Opening);
        await using FileCluster cluster = FileCluster.Start(folder, defect);
        try
        {
            await Task.WhenAll(Enumerable.Range(1, Clients).Select(client => ProposeAsync(cluster, client)));
        }
        catch (LostDataException exception)
        {
            _reports.Write(Report.Problem, exception.Message.ReplaceLineEndings(" "));
        }

        return 1;
    }

    private async Task ProposeAsync(FileCluster cluster, int client)
    {
        for (int number = 1; ; number++)
        {
            string command = string.Create(CultureInfo.InvariantCulture, $"{life}:{client}:{number}");
            try
            {
                Committed committed = await cluster.ProposeAsync(command);
                _reports.Write(Report.Acknowledged, string.Create(CultureInfo.InvariantCulture, $"{committed.Index} {command}"));
            }
            catch (OutcomeUnknownException)
            {
                // It may be found or not.
            }
        }
    }
}
