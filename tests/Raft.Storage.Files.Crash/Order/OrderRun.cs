using System.Diagnostics;

namespace Raft.Storage.Files.Crash;

/// <summary>Runs a process under strace, and checks the order of its writes, syncs and acknowledgements.</summary>
internal sealed class OrderRun(string work, long seed, Defect defect)
{
    private const int Calls = 1_500;

    private const string Traced = "trace=openat,pwrite64,pwritev,write,fdatasync,fsync,rename,renameat,renameat2,unlink,unlinkat";

    /// <returns>What was checked.</returns>
    /// <exception cref="LostDataException">The order is wrong.</exception>
    /// <exception cref="SkippedException">strace does not exist here.</exception>
    public async Task<string> RunAsync()
    {
        // One call at a time shows which write is that of which call. Several at a time share groups.
        string one = await RunAsync(underWay: 1);
        return one + await RunAsync(StoredState.MostUnderWay);
    }

    private async Task<string> RunAsync(int underWay)
    {
        string folder = Path.Combine(work, $"node-{underWay}");
        string trace = folder + ".trace";
        StoreChildArguments arguments = new(folder, seed, From: 0) { Calls = Calls, UnderWay = underWay, Defect = defect };
        string[] options = ["-f", "-y", "-s", "64", "-e", Traced, "-e", "signal=none", "-o", trace];
        await RunTracedAsync(ChildProcess.StartInfo(arguments.ToArguments(), "strace", options));
        OrderRules rules = new(folder, oneAtATime: underWay == 1);
        foreach (string line in File.ReadLines(trace))
        {
            if (SystemCall.Parse(line) is { } call)
            {
                rules.Follow(call);
            }
        }

        return rules.Acknowledgements == Calls
            ? $"at most {underWay} at a time: {rules.Acknowledgements} calls, {rules.Writes} writes, {rules.Syncs} syncs, in order\n"
            : throw new LostDataException($"{rules.Acknowledgements} of {Calls} acknowledgements are in the trace.");
    }

    private static async Task RunTracedAsync(ProcessStartInfo start)
    {
        try
        {
            using Process process = Commands.Start(start);
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
        }
        catch (CommandFailedException exception)
        {
            throw new SkippedException(exception.Message);
        }
    }
}
