using System.Threading.Channels;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ReplicatedLog;

/// <summary>
/// A table of the nodes above an input line. It is redrawn when a key is pressed and when the status of a node changes, so
/// nothing polls.
/// </summary>
internal sealed class LiveScreen
{
    private readonly Cluster _cluster;
    private readonly CommandInterpreter _interpreter;
    private readonly Lock _lock = new();
    private readonly List<IRenderable> _answer = []; // to the last command
    private readonly Channel<ConsoleKeyInfo?> _events = Channel.CreateBounded<ConsoleKeyInfo?>(256); // null: something changed
    private string _input = "";
    private Task<bool> _command = Task.FromResult(true);

    public LiveScreen(Cluster cluster, EarlierRuns earlier)
    {
        _cluster = cluster;
        _interpreter = new CommandInterpreter(cluster, earlier, Show);
        Show(new Text($"Three nodes, connected by {cluster.TransportName}. Commands:{Environment.NewLine}{CommandInterpreter.Help}"));
    }

    public async Task RunAsync()
    {
        // Waiting for a key blocks its thread. It is a background thread, so it does not keep the process alive.
        new Thread(ReadKeys) { IsBackground = true, Name = "keys" }.Start();
        using CancellationTokenSource closing = new();
        _ = NoticeChangesAsync(closing.Token);
        await AnsiConsole.Live(Draw()).StartAsync(async live =>
        {
            bool continues = true;
            while (continues)
            {
                live.UpdateTarget(Draw());
                ConsoleKeyInfo? key = await _events.Reader.ReadAsync();
                continues = (key is null || await PressAsync(key.Value)) && (!_command.IsCompleted || await _command);
            }
        });
        await closing.CancelAsync();
    }

    private void ReadKeys()
    {
        Console.TreatControlCAsInput = true; // so that the program ends normally and restores the cursor
        while (true)
        {
            _events.Writer.TryWrite(Console.ReadKey(intercept: true));
        }
    }

    private async Task NoticeChangesAsync(CancellationToken closing)
    {
        while (true)
        {
            await _cluster.WaitForChangeAsync(closing);
            _events.Writer.TryWrite(null); // full: it will be redrawn anyway
        }
    }

    /// <returns>False to quit.</returns>
    private async Task<bool> PressAsync(ConsoleKeyInfo key)
    {
        switch (key)
        {
            case { Modifiers: ConsoleModifiers.Control, Key: ConsoleKey.C or ConsoleKey.D }:
                return false;
            case { Key: ConsoleKey.Backspace }:
                _input = _input.Length > 0 ? _input[..^1] : "";
                break;
            case { Key: ConsoleKey.Enter } when _command.IsCompleted:
                if (!await _command)
                {
                    return false;
                }

                lock (_lock)
                {
                    _answer.Clear();
                }

                Show(Markup.FromInterpolated($"[bold]> {_input}[/]"));
                _command = ExecuteAsync(_input);
                _input = "";
                break;
            case { KeyChar: >= ' ' and not '\u007f' }:
                _input += key.KeyChar;
                break;
        }

        return true;
    }

    /// <summary>Runs while the screen is drawn, so that the table shows the changes.</summary>
    private async Task<bool> ExecuteAsync(string line)
    {
        bool continues = await _interpreter.ExecuteAsync(line);
        _events.Writer.TryWrite(null);
        return continues;
    }

    private void Show(IRenderable answer)
    {
        lock (_lock)
        {
            _answer.Add(answer);
        }

        _events.Writer.TryWrite(null);
    }

    private Rows Draw()
    {
        lock (_lock)
        {
            return new Rows([
                Tables.Nodes(_cluster),
                .. _answer,
                Markup.FromInterpolated($"{(_command.IsCompleted ? ">" : "...")} {_input}_"),
            ]);
        }
    }
}
