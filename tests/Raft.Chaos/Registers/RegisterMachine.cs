using System.Globalization;
using System.Text;

namespace Raft.Chaos;

/// <summary>
/// The replicated registers, with an account of what was applied: the numbers of each client's commands, how many came twice, and a hash of
/// all in their order.
/// </summary>
internal sealed class RegisterMachine() : StateMachine<RegisterCommand, RegisterOutput>(new RegisterCommandCodec(), new RegisterOutputCodec())
{
    private const ulong HashPrime = 0x100000001B3; // FNV-1a

    private readonly Dictionary<string, Register> _registers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, NumberRanges> _applied = [];
    private long _index;
    private ulong _chain = 0xCBF29CE484222325;
    private long _duplicates;

    /// <summary>What was applied so far.</summary>
    public StateAudit Audit() =>
        new(_index, _chain, _duplicates, _applied.ToDictionary(static each => each.Key, static each => NumberRanges.Parse(each.Value.ToString())));

    /// <summary>Reads a register, as the command <see cref="RegisterAction.Read"/> does.</summary>
    public RegisterOutput Find(string key)
    {
        _ = _registers.GetValueOrDefault(key).Apply(new RegisterInput(key, RegisterAction.Read, 0, 0), out RegisterOutput output);
        return output;
    }

    protected override RegisterOutput Apply(RegisterCommand command, in CommandContext context)
    {
        if (!_applied.TryGetValue(command.Client, out NumberRanges? numbers))
        {
            _applied.Add(command.Client, numbers = new NumberRanges());
        }

        if (!numbers.Add(command.Number))
        {
            _duplicates++;
        }

        Chain(string.Create(CultureInfo.InvariantCulture, $"{context.Index} {context.Term} {context.Time.Ticks} {command}"));
        _index = context.Index;
        _registers[command.Input.Key] =
            _registers.GetValueOrDefault(command.Input.Key).Apply(command.Input, out RegisterOutput output);
        return output;
    }

    protected override ISnapshotCapture Capture() =>
        SnapshotCapture.Of((Audit().ToString(), Registers: _registers.ToArray()), WriteAsync);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        using StreamReader reader = new(snapshot, leaveOpen: true);
        StateAudit audit = StateAudit.Parse((await reader.ReadLineAsync(cancellationToken))!);
        (_index, _chain, _duplicates) = (audit.Index, audit.Chain, audit.Duplicates);
        _applied.Clear();
        foreach ((int client, NumberRanges numbers) in audit.Applied)
        {
            _applied.Add(client, numbers);
        }

        _registers.Clear();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            string[] words = line.Split(' ');
            _registers.Add(
                words[0], new Register(long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[2], CultureInfo.InvariantCulture)));
        }
    }

    private static async ValueTask WriteAsync(
        (string Audit, KeyValuePair<string, Register>[] Registers) state, Stream destination, CancellationToken cancellationToken)
    {
        await using StreamWriter writer = new(destination, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 64 * 1_024, leaveOpen: true);
        await writer.WriteLineAsync(state.Audit.AsMemory(), cancellationToken);

        // Nodes that have applied the same write the same bytes.
        foreach ((string key, Register register) in state.Registers.OrderBy(static each => each.Key, StringComparer.Ordinal))
        {
            await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{key} {register.Version} {register.Value}"));
        }
    }

    private void Chain(string text)
    {
        foreach (char letter in text)
        {
            _chain = (_chain ^ letter) * HashPrime;
        }
    }
}
