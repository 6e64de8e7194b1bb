using System.Globalization;

namespace Raft.Storage.Files.Crash;

/// <summary>
/// Follows the calls of a process in the order in which they began and ended, and checks that nothing is acknowledged before its data and
/// its names are synced, and that no group is written before the one before it is.
/// </summary>
internal sealed class OrderRules(string folder, bool oneAtATime)
{
    private readonly Dictionary<string, TracedFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Thread, string Name), (SystemCall Call, long At)> _begun = [];
    private readonly Dictionary<long, long> _called = []; // when each call was made
    private readonly Dictionary<string, long> _unsyncedNames = new(StringComparer.Ordinal); // when each was given
    private long _now;
    private long _newestSynced; // when the newest write that is synced began

    /// <summary>The number of writes of groups.</summary>
    public int Writes { get; private set; }

    /// <summary>The number of syncs of files and folders that returned.</summary>
    public int Syncs { get; private set; }

    /// <summary>The number of acknowledgements.</summary>
    public int Acknowledgements { get; private set; }

    /// <exception cref="LostDataException">The order is wrong.</exception>
    public void Follow(SystemCall call)
    {
        _now++;
        SystemCall begun = call;
        long at = _now;
        if (call.Begins)
        {
            _begun[(call.Thread, call.Name)] = (call, _now);
            Begin(call);
        }
        else if (_begun.TryGetValue((call.Thread, call.Name), out (SystemCall Call, long At) earlier))
        {
            (begun, at) = earlier;
        }

        if (call.Ends && call.Result >= 0)
        {
            End(begun, at);
        }
    }

    private void Begin(SystemCall call)
    {
        switch (call.Name)
        {
            case "pwrite64" or "pwritev" or "write" when IsInFolder(call.DescriptorPath):
                BeginWrite(call.DescriptorPath);
                break;
            case "write" when call.Strings is [var text, ..]:
                BeginReport(text.Replace("\\n", "", StringComparison.Ordinal).Split(' '));
                break;
            case "rename" or "renameat" or "renameat2" when call.Strings is [var from, _]:
                bool isSnapshot = from.EndsWith(".tmp", StringComparison.Ordinal);
                Require(!isSnapshot || !IsUnsynced(from), $"{from} gets its name before it is synced");
                break;
        }
    }

    private void BeginWrite(string path)
    {
        TracedFile file = FileOf(path);
        if (IsSegment(path) && !file.IsBeingPrepared)
        {
            Writes++;
            string? unsynced = _files.Keys.FirstOrDefault(other => IsSegment(other) && !FileOf(other).IsBeingPrepared && IsUnsynced(other));
            Require(unsynced is null, $"A group is written to {path} before {unsynced} is synced");
            Require(!_unsyncedNames.ContainsKey(path), $"A group is written to {path} before its name is synced");
        }

        file.LastWrite = _now;
    }

    private void BeginReport(string[] report)
    {
        if (report is not [var kind, var text] || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return;
        }

        if (kind == Report.Called)
        {
            _called[number] = _now;
        }
        else if (kind == Report.Acknowledged)
        {
            Acknowledgements++;
            Require(_newestSynced > _called[number], $"Call {number} is acknowledged, and nothing was written after it and synced");
            string? snapshot = _unsyncedNames.Keys.FirstOrDefault(static path => path.EndsWith(".snapshot", StringComparison.Ordinal));
            Require(snapshot is null, $"Call {number} is acknowledged before the name {snapshot} is synced");
            string? unsynced = _files.Keys.FirstOrDefault(path => IsSegment(path) && !FileOf(path).IsBeingPrepared && IsUnsynced(path));
            Require(!oneAtATime || unsynced is null, $"Call {number} is acknowledged before {unsynced} is synced");
        }
    }

    private void End(SystemCall call, long begun)
    {
        switch (call.Name)
        {
            case "openat" when call.Arguments.Contains("O_CREAT", StringComparison.Ordinal) && IsInFolder(call.Strings[0]):
                _files[call.Strings[0]] = new TracedFile { IsBeingPrepared = true };
                _unsyncedNames[call.Strings[0]] = _now;
                break;
            case "pwrite64" or "pwritev" or "write" when IsInFolder(call.DescriptorPath):
                FileOf(call.DescriptorPath).LastWriteEnded = _now;
                break;
            case "fdatasync" or "fsync" when call.DescriptorPath == folder:
                Syncs++;
                foreach (string path in _unsyncedNames.Where(name => name.Value < begun).Select(static name => name.Key).ToArray())
                {
                    _unsyncedNames.Remove(path);
                }

                break;
            case "fdatasync" or "fsync" when IsInFolder(call.DescriptorPath):
                Syncs++;
                EndSync(FileOf(call.DescriptorPath), begun);
                break;
            case "rename" or "renameat" or "renameat2" when call.Strings is [var from, var to]:
                _files[to] = FileOf(from);
                _files.Remove(from);
                _unsyncedNames[to] = _now;
                _unsyncedNames.Remove(from);
                break;
            case "unlink" or "unlinkat" when call.Strings is [var path, ..]:
                _files.Remove(path);
                _unsyncedNames.Remove(path);
                break;
        }
    }

    private void EndSync(TracedFile file, long begun)
    {
        if (file.LastWrite < begun && file.LastWriteEnded < begun)
        {
            file.Synced = begun;
            file.IsBeingPrepared = false;
            _newestSynced = Math.Max(_newestSynced, file.LastWrite);
        }
    }

    private TracedFile FileOf(string path)
    {
        if (!_files.TryGetValue(path, out TracedFile? file))
        {
            _files[path] = file = new TracedFile();
        }

        return file;
    }

    private bool IsUnsynced(string path) => FileOf(path) is { } file && file.LastWrite > file.Synced;

    private bool IsInFolder(string path) =>
        path.StartsWith(folder + "/", StringComparison.Ordinal) && !path.EndsWith("/lock", StringComparison.Ordinal);

    private static bool IsSegment(string path) => path.EndsWith(".log", StringComparison.Ordinal);

    private void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new LostDataException(string.Create(CultureInfo.InvariantCulture, $"{problem} (line {_now} of the trace)."));
        }
    }

    private sealed class TracedFile
    {
        /// <summary>From its creation to its first sync: it is filled with zeros, or is a snapshot that is being written.</summary>
        public bool IsBeingPrepared { get; set; }

        /// <summary>When the last write began.</summary>
        public long LastWrite { get; set; }

        /// <summary>When the last write ended.</summary>
        public long LastWriteEnded { get; set; }

        /// <summary>When the last sync began that returned.</summary>
        public long Synced { get; set; }
    }
}
