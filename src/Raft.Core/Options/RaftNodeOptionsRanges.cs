using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>Checks each option by itself, as its attributes say; the code is generated at build time.</summary>
[OptionsValidator]
internal sealed partial class RaftNodeOptionsRanges : IValidateOptions<RaftNodeOptions>;
