// A state machine that keeps its state in files, and the index with it: it does IO, blocks, and waits.
public sealed class DurableTable : IStateMachine, IDisposable
{
    private readonly string _folder;
    private readonly ICodec<string> _commands = Codec.Utf8;
    private readonly Dictionary<string, string> _cache = [];
    private readonly FileStream _file;
    private readonly SemaphoreSlim _writing = new(1);

    public DurableTable(string folder)
    {
        _folder = folder;
        _file = new FileStream(Path.Combine(folder, "table"), FileMode.OpenOrCreate);
        using StreamReader reader = new(Path.Combine(folder, "index"));
        AppliedIndex = long.Parse(reader.ReadToEnd(), CultureInfo.InvariantCulture);
    }

    public long AppliedIndex { get; private set; }

    public bool MayBlock => true;

    public async ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        _writing.Wait(stopping);
        try
        {
            for (int number = 0; number < batch.Count; number++)
            {
                _cache[$"row {_cache.Count}"] = number == 0 ? "first" : "next";
            }

            AppliedIndex += batch.Count;
            await _file.WriteAsync(Encoding.UTF8.GetBytes(string.Join(';', _cache.Keys.Order(StringComparer.Ordinal))), stopping);
            File.WriteAllText(Path.Combine(_folder, "index"), AppliedIndex.ToString(CultureInfo.InvariantCulture));
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _file.Dispose();
}
