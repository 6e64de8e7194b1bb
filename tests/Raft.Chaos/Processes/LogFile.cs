namespace Raft.Chaos;

/// <summary>What a process prints, in a file that keeps the first part and the last ones.</summary>
internal sealed class LogFile(string path) : IDisposable
{
    private const long MostBytes = 8L * 1_024 * 1_024;
    private const int LinesRemembered = 30;

    private readonly Lock _lock = new();
    private readonly Queue<string> _last = new();
    private StreamWriter _writer = new(path, append: true) { AutoFlush = true };
    private bool _isDisposed;

    /// <summary>The last lines.</summary>
    public IReadOnlyList<string> Last
    {
        get
        {
            lock (_lock)
            {
                return [.. _last];
            }
        }
    }

    public void Add(string line)
    {
        lock (_lock)
        {
            _last.Enqueue(line);
            if (_last.Count > LinesRemembered)
            {
                _last.Dequeue();
            }

            if (_isDisposed)
            {
                return;
            }

            _writer.WriteLine(line);
            if (_writer.BaseStream.Length > MostBytes)
            {
                _writer.Dispose();
                File.Move(path, path + ".before", overwrite: true);
                _writer = new StreamWriter(path) { AutoFlush = true };
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _writer.Dispose();
        }
    }
}
