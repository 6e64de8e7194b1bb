using Raft.Testing;

namespace Raft.Storage.Files.Crash;

/// <summary>A process that writes to a folder until it is killed, and reports each call when it is complete.</summary>
internal sealed class StoreChild(StoreChildArguments arguments)
{
    private const int CallsPerPace = 50;

    private static readonly int[] Paces = [1, 4, StoredState.MostUnderWay]; // calls under way

    private readonly ReportWriter _reports = new();
    private readonly Queue<Task> _underWay = new();
    private Task _last = Task.CompletedTask;
    private int _pace = arguments.UnderWay ?? 1;

    /// <summary>A storage with small segments, so that they are often followed by another and used again.</summary>
    public static FileStorage CreateStorage(string folder, Defect defect = Defect.None)
    {
        IFileSystem files = defect switch
        {
            Defect.NoSync => new UnsyncedFileSystem(FileSystem.Shared, syncsFiles: false),
            Defect.NoDirectorySync => new UnsyncedFileSystem(FileSystem.Shared, syncsFiles: true),
            _ => FileSystem.Shared,
        };
        return new FileStorage(folder, new FileStorageOptions { SegmentBytes = 64 * 1_024 }, null, files, DiskThreads.Shared, Guid.NewGuid);
    }

    /// <returns>The exit code: 0 unless the folder does not hold what it should.</returns>
    public async Task<int> RunAsync()
    {
        CallSequence calls = new((ulong)arguments.Seed);
        calls.SkipTo(arguments.From);
        FileStorage storage = CreateStorage(arguments.Folder, arguments.Defect);
        ILogStore log = arguments.Defect == Defect.AcknowledgeEarly ? new EarlyAcknowledgements(storage) : storage;
        _reports.Write(Report.Opening);
        LogState state = await log.OpenAsync(LogStoreTrial.ClusterId, LogStoreTrial.Node, CancellationToken.None);
        if (state with { Store = null } != calls.Log.State)
        {
            _reports.Write(Report.Problem, $"The log is {state}. After {calls.Count} calls it should be {calls.Log.State}.");
            return 1;
        }

        Random random = new();
        for (int made = 0; made != arguments.Calls; made++)
        {
            if (arguments.UnderWay is null && made % CallsPerPace == 0)
            {
                _pace = Paces[random.Next(Paces.Length)];
            }

            await MakeAsync(calls.Next(), log, storage);
        }

        await _last;
        await log.CloseAsync();
        return 0;
    }

    private async Task MakeAsync(StoreCall call, ILogStore log, FileStorage storage)
    {
        while (_underWay.Count >= (call.IsAlone ? 1 : _pace))
        {
            await _underWay.Dequeue();
        }

        if (arguments.ReportsCalls)
        {
            _reports.Write(Report.Called, call.Number);
        }

        _last = AcknowledgeAsync(_last, call.Make(log, storage), call.Number);
        if (call.IsAlone)
        {
            await _last;
        }
        else
        {
            _underWay.Enqueue(_last);
        }
    }

    private async Task AcknowledgeAsync(Task earlier, Task call, long number)
    {
        await earlier;
        await call;
        _reports.Write(Report.Acknowledged, number);
    }
}
