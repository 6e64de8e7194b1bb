using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using KeyValueService.Local;
using KeyValueService.Server;

namespace KeyValueService.Tests.Local;

/// <summary>Three processes with their logs in files, as <c>--local 3</c> starts them.</summary>
public sealed class LocalClusterTests : IDisposable
{
    private static readonly string[] Nodes = ["n1", "n2", "n3"];

    private readonly string _data = Directory.CreateTempSubdirectory("keyvalue-").FullName;
    private readonly ClusterClient _client = new();

    [Fact]
    public async Task LocalCluster_LeaderIsKilled_KeepsTheValueAndTakesTheNodeBack()
    {
        await using ServiceProgram program = ServiceProgram.Start("--local", "3", "--data", _data);
        SortedDictionary<string, string> urls = await ReadUrlsAsync(program);
        await _client.PutAsync($"{urls["n1"]}/kv/greeting", "hello");

        (string leader, int process) = await _client.FindLeaderAsync(urls["n1"]);
        Process.GetProcessById(process).Kill();
        string ended = await program.WaitForLineAsync($"{leader} was ended. To start it again: ");
        string survivor = urls[Nodes.First(node => node != leader)];
        string kept = await _client.GetAsync($"{survivor}/kv/greeting");
        await _client.PutAsync($"{survivor}/kv/greeting", "still here");

        await using ServiceProgram again = ServiceProgram.Start(ended.Split(' ').SkipWhile(static word => word != "--node"));
        await again.WaitForLineAsync($"{leader} {urls[leader]}");
        await _client.WaitForValueAsync($"{urls[leader]}/kv/greeting", "still here");

        Assert.Equal("hello", kept);
        Assert.Equal(0, await again.StopAsync());
        Assert.Equal(0, await program.StopAsync());
    }

    [Fact]
    public async Task LocalCluster_EndsAndStartsAgain_HasItsValues()
    {
        await using (ServiceProgram program = ServiceProgram.Start("--local", "3", "--data", _data))
        {
            SortedDictionary<string, string> urls = await ReadUrlsAsync(program);
            await _client.PutAsync($"{urls["n2"]}/kv/greeting", "hello");
        }

        await using ServiceProgram second = ServiceProgram.Start("--local", "3", "--data", _data);
        SortedDictionary<string, string> others = await ReadUrlsAsync(second);

        Assert.Equal("hello", await _client.GetAsync($"{others["n3"]}/kv/greeting"));
    }

    [Fact]
    public async Task LocalCluster_WriteToAFollower_IsRedirectedToTheLeadersAddress()
    {
        await using ServiceProgram program = ServiceProgram.Start("--local", "3", "--data", _data);
        SortedDictionary<string, string> urls = await ReadUrlsAsync(program);

        (string leader, List<HttpResponseMessage> answers) = await _client.PutToAllAsync([.. urls.Values], "/kv/a%20b?x=1");

        Assert.Equal(2, answers.Count(static answer => answer.StatusCode == HttpStatusCode.TemporaryRedirect));
        Assert.All(
            answers.Where(static answer => answer.StatusCode == HttpStatusCode.TemporaryRedirect),
            answer => Assert.Equal($"{urls[leader]}/kv/a%20b?x=1", answer.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task LocalCluster_SecondOneWithTheSameData_IsRefusedAndChangesNothing()
    {
        string file = Path.Combine(_data, "local.json");
        await using ServiceProgram program = ServiceProgram.Start("--local", "3", "--data", _data);
        await ReadUrlsAsync(program);
        string before = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

        await using ServiceProgram second = ServiceProgram.Start("--local", "3", "--data", _data);

        await second.WaitForLineAsync("is in use by another --local");
        Assert.Equal(1, await second.WaitForExitAsync());
        Assert.Equal(before, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Program_AddressIsInUse_EndsWithAnExitCodeOfItsOwn()
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        await using ServiceProgram program = ServiceProgram.Start(
            "--node", "n1", "--members", $"n1={other.LocalEndpoint}", "--data", _data, "--http", $"127.0.0.1:{FreePorts.Find(1).Dequeue()}");

        await program.WaitForLineAsync("another process listens there");
        Assert.Equal(AddressInUse.ExitCode, await program.WaitForExitAsync());
    }

    [Fact]
    public async Task LocalCluster_OneNodeFails_StopsTheOthers()
    {
        const string Content = "a file where the folder of n2 should be";
        await File.WriteAllTextAsync(Path.Combine(_data, "n2"), Content, TestContext.Current.CancellationToken);

        await using ServiceProgram program = ServiceProgram.Start("--local", "3", "--data", _data);

        await program.WaitForLineAsync("n2 has failed with exit code 1. The others stop too.");
        Assert.Equal(1, await program.WaitForExitAsync());
    }

    [Fact]
    public async Task Program_IncompleteSettings_EndsAndNamesWhatIsMissing()
    {
        await using ServiceProgram program = ServiceProgram.Start("--node", "n1", "--data", _data);

        await program.WaitForLineAsync("There are no members");
        await program.WaitForLineAsync("--http HOST:PORT");
        Assert.Equal(2, await program.WaitForExitAsync());
    }

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private static async Task<SortedDictionary<string, string>> ReadUrlsAsync(ServiceProgram program)
    {
        SortedDictionary<string, string> urls = new(StringComparer.Ordinal);
        while (urls.Count < Nodes.Length)
        {
            string[] words = (await program.WaitForLineAsync(" http://127.0.0.1:")).Split(' ');
            if (words.Length == 2 && Nodes.Contains(words[0]))
            {
                urls[words[0]] = words[1];
            }
        }

        return urls;
    }
}
