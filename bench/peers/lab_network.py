"""The lab's encoder in PyTorch Geometric: the same layers under the same names, so that weights go both ways."""
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn
from torch_geometric.nn import BatchNorm, GATConv, GATv2Conv, GCNConv, SAGEConv


def convolution(recipe, n_in, bias):
    hidden, heads = recipe["encoder"]["hidden"], recipe["encoder"]["heads"]
    if recipe["backbone"] == "gcn":
        return GCNConv(n_in, hidden, bias=bias)
    if recipe["backbone"] in ("gat", "gatv2"):
        layer = GATConv if recipe["backbone"] == "gat" else GATv2Conv
        dropout = recipe["encoder"].get("attentionDropout", 0)  # not in older recipes
        return layer(n_in, hidden // heads, heads=heads, dropout=dropout, bias=bias)
    return SAGEConv(n_in, hidden, aggr="mean", bias=bias)


class OwnPath(nn.Module):
    """A perceptron on each cell's own expression: linear, batch norm, ELU and dropout for each hidden layer, then linear.

    normed: the hidden layers that a batch norm follows; biased: the linear layers that have a bias.
    """

    def __init__(self, recipe, n_vars, normed, biased):
        super().__init__()
        options = recipe["encoder"]
        self.dropout, hidden = options["dropout"], options["hidden"]
        self.linears = nn.ModuleList(
            nn.Linear(hidden if i else n_vars, hidden, bias=i in biased) for i in range(options["ownPath"] + 1)
        )
        self.norms = nn.ModuleDict({str(i): nn.BatchNorm1d(hidden) for i in normed})

    def forward(self, x):
        for i, linear in enumerate(self.linears[:-1]):
            x = linear(x)
            if str(i) in self.norms:
                x = self.norms[str(i)](x)
            x = F.dropout(F.elu(x), self.dropout, self.training)
        return self.linears[-1](x)


class Encoder(nn.Module):
    """Convolution, batch norm, ELU and dropout per layer; the last layer has neither ELU nor dropout.

    normed: the layers that a batch norm follows; their convolution has no bias, which the norm would take away again.
    biased: the layers whose convolution has one; unless told, all others. Before a projector with a norm the last has none.
    own: the path of a cell itself, to which the convolutions' output is added through a gate for each channel; or None.
    """

    def __init__(self, recipe, n_vars, normed, biased=None, own=None):
        super().__init__()
        options = recipe["encoder"]
        self.dropout, self.skip, layers = options["dropout"], options["skip"], range(options["layers"])
        self.convs = nn.ModuleList(
            convolution(recipe, options["hidden"] if i else n_vars, bias=i not in normed if biased is None else i in biased)
            for i in layers
        )
        self.norms = nn.ModuleDict({str(i): BatchNorm(options["hidden"]) for i in normed})
        self.own, self.gate = own, None if own is None else nn.Parameter(torch.full((options["hidden"],), 0.1))

    def tail(self, i, y, x):
        """What follows the convolution y of layer i, which read x."""
        last = i == len(self.convs) - 1
        if str(i) in self.norms:
            y = self.norms[str(i)](y)
        if not last:
            y = F.elu(y)
        if self.skip and i > 0:
            y = y + x
        return y if last else F.dropout(y, self.dropout, self.training)

    def forward(self, x, edge_index):
        y = x
        for i, conv in enumerate(self.convs):
            y = self.tail(i, conv(y, edge_index), y)
        return y if self.own is None else self.own(x) + self.gate * y


def read_model(path):
    """Recipe, genes and arrays of a model.safetensors."""
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
        arrays = {name: file.get_tensor(name) for name in file.keys()}
    return json.loads(metadata["recipe"]), json.loads(metadata["genes"]), arrays


def encoder_for(recipe, n_vars, names):
    """An encoder whose arrays bear these names, not loaded yet."""
    normed = [i for i in range(recipe["encoder"]["layers"]) if f"encoder.norms.{i}.module.weight" in names]
    biases = ("bias", "lin_l.bias")
    biased = [i for i in range(recipe["encoder"]["layers"]) if any(f"encoder.convs.{i}.{b}" in names for b in biases)]
    own = None
    if n := recipe["encoder"].get("ownPath", 0):
        own = OwnPath(
            recipe,
            n_vars,
            [i for i in range(n) if f"encoder.own.norms.{i}.weight" in names],
            [i for i in range(n + 1) if f"encoder.own.linears.{i}.bias" in names],
        )
    return Encoder(recipe, n_vars, normed, biased, own)


def load_encoder(path):
    """The trained encoder of a model.safetensors, in evaluation, with its recipe and genes."""
    recipe, genes, arrays = read_model(path)
    encoder = encoder_for(recipe, len(genes), arrays)
    state = {name.removeprefix("encoder."): a for name, a in arrays.items() if name.startswith("encoder.")}
    counters = {name: t for name, t in encoder.state_dict().items() if name.endswith("num_batches_tracked")}
    encoder.load_state_dict(state | counters)
    return encoder.eval(), recipe, genes


def save_model(path, encoder, rest, recipe, genes):
    """What the lab reads back: the encoder and the arrays beside it (decoder.weight, decoder.bias, mask_token)."""
    state = {f"encoder.{name}": t for name, t in encoder.state_dict().items() if t.is_floating_point()}
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    metadata = {"recipe": json.dumps(recipe), "genes": json.dumps(genes)}
    save_file({name: t.detach().contiguous() for name, t in (state | rest).items()}, path, metadata)
